// Whether a text came out of a random generator or out of a head.
#pragma once
#include <cstddef>
#include <string_view>

namespace keysift {

/// Shannon entropy of the bytes of `text`, in bits per byte (0 to 8).
double entropy(std::string_view text);

/// The length of the longest run of one and the same byte.
std::size_t longest_run(std::string_view text);

/// The length of the longest run of bytes of which each is one more than the one before, or each one less:
/// "abcdef", "987654".
std::size_t longest_sequence(std::string_view text);

/// Which share (0 to 1) of the stretches of four bytes in `text` came before in it; 0 for a text shorter than
/// that.
double repeated_share(std::string_view text);

/// By how many bits `text` reads more like words and identifiers of some language than like characters drawn
/// at random: log2 of how much likelier the first would make it. Of random texts, at most one in 2^b has more
/// than b bits, whatever their length and alphabet.
double word_evidence(std::string_view text);

}  // namespace keysift
