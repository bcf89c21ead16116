// Strings that are written in pieces.
#pragma once
#include <cstddef>
#include <string_view>

namespace keysift {

/// How far apart two pieces are at most that are told for one keyword; bytes.
inline constexpr std::size_t kWidestJoint = 512;

/// What a joint begins with.
inline constexpr std::string_view kJointMarks = "\"'`\\^";

/// How many bytes stand between two pieces that a program, a shell or a compiler puts together: from `at`,
/// the quote that ends the first or the sign at a line's end that the line goes on, to the first character of
/// the second. The pieces may be literals side by side or with an operator between them, with short comments
/// round it, lines of a notebook's cell, what two statements add to one name (key = "a"; key += "b"), or
/// members of a list of literals that is joined with nothing between them: concat("a", "b"),
/// ["a", "b"].join(""), sprintf("%s%s", "a", "b"). The second does not begin as a URL does. 0 if no joint is
/// at `at`.
std::size_t joint_at(std::string_view text, std::size_t at);

/// How many bytes stand between two lines of one value, as in YAML's blocks and in quotes that go over lines:
/// from `at`, where the first line ends, to what the next says after its blanks. Both may hold nothing but
/// the value, which looks like a key or a part of one; before it may be a name or a quote, after it a quote.
/// 0 if that is not what is at `at`.
std::size_t fold_at(std::string_view text, std::size_t at);

/// How many bytes stand between the texts of two runs in one paragraph or cell of an Office document's XML:
/// from `at`, the `<` of </w:t> or </t>, to the first character of the second. 0 if that is not what is at
/// `at`.
std::size_t run_joint_at(std::string_view text, std::size_t at);

}  // namespace keysift
