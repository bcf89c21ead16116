// The part of the text report about one key.
#pragma once
#include <string>

#include "finding/report.h"
#include "report/format.h"
#include "report/keys.h"
#include "report/mask.h"

namespace keysift {

/// What it is, where it is, who brought it in, whether it is still there, and where to revoke it.
std::string key_text(const Key& key, const Report& report, const Mask& mask, const Style& style);

}  // namespace keysift
