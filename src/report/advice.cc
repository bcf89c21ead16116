#include "report/advice.h"

#include <algorithm>
#include <cstdint>

#include "base/text.h"

namespace keysift {
namespace {

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("_./-+@%:,").find(c) != std::string_view::npos;
}

/// The byte as it stands between $' and '. A '#' may begin a command of a CI system.
std::string ansi_c(char c) {
  if (c == '\'' || c == '\\') return {'\\', c};
  if (c >= ' ' && c <= '~' && c != '#') return {c};
  const auto byte = static_cast<std::uint8_t>(c);
  const auto digit = [byte](int shift) { return static_cast<char>('0' + (byte >> shift & 7)); };
  return {'\\', digit(6), digit(3), digit(0)};
}

}  // namespace

std::string numbered_steps(std::string_view more) {
  std::string text;
  for (std::size_t i = 0; i < kSteps.size(); ++i) {
    text += std::to_string(i + 1) + ". " + std::string(kSteps[i]);
    if (i == 0) text += more;
    text += '\n';
  }
  return text;
}

bool is_link(std::string_view address) {
  return address.starts_with("https://") && address.find_first_of("<> ") == std::string_view::npos;
}

bool is_staged(const Finding& finding) {
  return finding.origin == Origin::index || (finding.origin == Origin::path && !finding.provenance);
}

bool is_ref_name(const Finding& finding) {
  return finding.origin == Origin::path && finding.provenance && !finding.provenance->introduced &&
         finding.provenance->state == BlobState::live;
}

std::string_view state_words(const Finding& finding) {
  const auto& provenance = *finding.provenance;
  const bool in_tree = finding.origin != Origin::commit_message && finding.origin != Origin::tag_message &&
                       finding.origin != Origin::note;
  if (provenance.state == BlobState::unreachable) {
    return "in no branch or tag (amended, dropped or stashed away), but git still keeps it, and so may every "
           "place it was pushed to";
  }
  if (!in_tree) return "in the history: every clone has it";
  if (is_ref_name(finding)) return "in the name of a branch or tag: whoever fetches that has it";
  if (provenance.in_head) return "HEAD still has it";
  if (provenance.state == BlobState::live) {
    return "not in HEAD at this path, but another path or the tip of another branch still has it";
  }
  return "gone from HEAD, not from history: every clone still has it";
}

std::string_view coverage_words(Coverage coverage) {
  switch (coverage) {
    case Coverage::tracked:
      return "Git tracks this file, so every clone has it. Revoke the keys in it.";
    case Coverage::tracked_ignored:
      return "Git tracks this file, so every clone has it: an ignore rule does not untrack a file. Revoke "
             "the "
             "keys in it.";
    case Coverage::staged:
      return "The next commit adds this file: then every clone has it.";
    case Coverage::in_history:
      return "A commit has this file, so every clone has it, whatever ignores it now. Revoke the keys that "
             "were in "
             "it.";
    case Coverage::expected:
      return "This file is not there yet, but something reads it, and git would not ignore it.";
    case Coverage::not_ignored:
      return "Git does not ignore this file: the next `git add .` puts it into a commit.";
    case Coverage::reincluded:
      return "A rule ignores this file and another one takes that back: the next `git add .` puts it into a "
             "commit.";
    case Coverage::wrong_pattern:
      return "A rule looks as if it ignored this file, and does not: the next `git add .` puts it into a "
             "commit.";
    case Coverage::partly_ignored:
      return "A rule ignores such a file in another folder, but not in this one.";
    case Coverage::personal_rule:
      return "Only a rule on this machine ignores this file: a teammate's `git add .` puts it into a commit.";
    case Coverage::in_image:
      return "An image build takes this file in: whoever can pull the image has it.";
    case Coverage::in_package:
      return "A package takes this file in: whoever can download the package has it.";
    case Coverage::image_variable:
      return "The image keeps this value: whoever can pull it can read it with `docker history`.";
    case Coverage::public_variable:
      return "A front end is built with this variable: every visitor of the page can read it.";
    case Coverage::readable:
      return "Everybody on this machine can read this file.";
    case Coverage::unreachable:
      return "A commit that no branch or tag reaches has this file: clones lack it, and git still keeps it "
             "here.";
    case Coverage::unprepared:
      return "This file is not there yet, but git would not ignore it.";
  }
  return {};
}

std::string shell_quoted(std::string_view argument) {
  if (!argument.empty() && std::all_of(argument.begin(), argument.end(), is_plain))
    return std::string(argument);
  if (printable(argument) != argument) {
    std::string quoted = "$'";
    for (const char c : argument) quoted += ansi_c(c);
    return quoted + '\'';
  }
  std::string quoted = "'";
  for (const char c : argument) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + '\'';
}

std::string untrack_command(std::string_view path) {
  const bool is_pattern = path.starts_with(':') || path.find_first_of("*?[\\") != std::string_view::npos;
  std::string command = is_pattern ? "git --literal-pathspecs rm --cached " : "git rm --cached ";
  if (path.starts_with('-')) command += "-- ";
  return command + shell_quoted(path);
}

std::string append_command(std::string_view line, std::string_view file) {
  // echo makes what it likes of a backslash or a leading '-'.
  const bool echo_keeps_it = line.find('\\') == std::string_view::npos && !line.starts_with('-');
  return (echo_keeps_it ? "echo " : "printf '%s\\n' ") + shell_quoted(line) + " >> " + shell_quoted(file);
}

}  // namespace keysift
