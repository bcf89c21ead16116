// Applying deltas (git's gitformat-pack, "Deltified representation").
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/fresh.h"

namespace keysift {

/// The size of the object that `delta` makes of its base; nothing if its header is broken or names another
/// base size.
std::optional<std::uint64_t> delta_result_size(std::string_view delta, std::size_t base_size);

/// Applies `delta` to `base`, into `result`, which has room for exactly delta_result_size() bytes. Appends to
/// `fresh`, in order, the ranges of the result that the delta inserts, and an empty one wherever two copies
/// meet that do not lie side by side in the base: bytes on both sides of such a place are new to each other;
/// so are the result's beginning and end if what stands there has other bytes beside it in the base. With
/// each goes where in the base the copy behind it begins. False if an instruction leaves `base`, `delta` or
/// `result`, is reserved, or the result is not filled.
bool apply_delta(std::string_view base, std::string_view delta, char* result, std::size_t result_size,
                 std::vector<FreshRange>& fresh);

}  // namespace keysift
