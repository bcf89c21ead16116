// What `.env` coverage found, as plain data.
#pragma once
#include <compare>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "finding/finding.h"

namespace keysift {

/// What is wrong with a file that holds secrets, or with a line that lets one out.
enum class Coverage {
  tracked,          ///< git tracks it: every clone has it
  tracked_ignored,  ///< git tracks it although a rule would ignore it
  staged,           ///< the next commit adds it
  in_history,       ///< git does not track it any more, but a commit has it
  expected,         ///< it is not there, but something reads it, and no rule would ignore it
  not_ignored,      ///< no rule ignores it: it is one `git add .` away from a commit
  reincluded,       ///< a rule ignores it, and a later one with '!' takes that back
  wrong_pattern,    ///< a line looks as if it ignored it, and does not
  partly_ignored,   ///< ignored in another folder of the repository, not in this one
  personal_rule,    ///< ignored only by rules that the user's teammates do not have
  in_image,         ///< an image build copies it into the image
  in_package,       ///< a package that is made here takes it in
  image_variable,   ///< a Dockerfile's ENV or ARG has a secret
  public_variable,  ///< a front end publishes this variable, and it has a secret
  readable,         ///< everybody on this machine can read it (a note)
  unreachable,      ///< a commit has it that no ref reaches, so clones do not (a note)
  unprepared,       ///< none is there, and none would be ignored (a note)
};

/// The number of values that Coverage has.
inline constexpr std::size_t kCoverages = static_cast<std::size_t>(Coverage::unprepared) + 1;

/// "tracked", "tracked-ignored", "staged", "in-history", "not-ignored" ...
std::string_view to_string(Coverage coverage);

/// A line of a file.
struct Place {
  std::string path;      ///< relative to the repository's root, or absolute if it lies elsewhere; raw bytes
  std::size_t line = 0;  ///< from 1; 0: the file as a whole
  std::string text;      ///< the line, or what of it matters: a pattern, an instruction; no secret
  auto operator<=>(const Place&) const = default;
};

/// One way in which a file with secrets, or a secret, can get out.
struct EnvFinding {
  std::string path;  ///< of the file with secrets, relative to the repository's root; raw bytes
  Coverage coverage = Coverage::unprepared;
  std::optional<Place> cause;  ///< the line at fault, if there is one
  std::string
      detail;  ///< what is wrong with that line, or which image or package it is; a sentence, or empty
  bool present = true;           ///< the file is there; else something reads it, and it may come
  std::optional<Place> read_by;  ///< what reads it, if that is known
  std::string ignore_file;       ///< where one more line would keep it in; empty: nowhere
  std::string pattern;           ///< that line
  std::string advice;  ///< what to do, where that is neither an ignore rule nor to untrack it; or empty
  std::optional<Provenance> provenance;  ///< of what is in history

  std::string allowed_by;      ///< where it is allowed: "FILE:LINE" of the ignore file; or empty
  std::string allowed_reason;  ///< what the ignore file says of it, or empty

  std::size_t repository = 0;     ///< which of Report::repositories
  std::string saved_fingerprint;  ///< of one that was read from a saved report; else empty

  bool is_note() const { return coverage >= Coverage::readable; }

  /// Whether it changes the exit code: all do but notes, and what is allowed.
  bool is_problem() const { return !is_note() && allowed_by.empty(); }

  /// Whether it has to be taken out of git, and not just to be ignored.
  bool is_in_git() const {
    return coverage == Coverage::tracked || coverage == Coverage::tracked_ignored ||
           coverage == Coverage::staged;
  }

  /// 32 hexadecimal digits made of what is wrong, the file and the file at fault: it outlives line moves.
  std::string fingerprint() const;

  /// By file, then by what is wrong with it, and where.
  auto operator<=>(const EnvFinding& other) const {
    return std::tie(path, coverage, cause, detail) <=>
           std::tie(other.path, other.coverage, other.cause, other.detail);
  }
  bool operator==(const EnvFinding& other) const { return *this <=> other == 0; }
};

/// A way out of a repository.
enum class Door { commit, image, package };

/// "commit", "image" or "package".
std::string_view to_string(Door door);

/// How one file with secrets stands at one door.
struct Passage {
  std::string file;  ///< relative to the repository's root; raw bytes
  Door door = Door::commit;
  std::string
      into;  ///< what it would get into: "image of api/Dockerfile", "npm package web"; empty: a commit
  bool open = false;           ///< it gets out
  Place by;                    ///< open: the line that lets it out; closed: the rule that keeps it in
  std::string ignore_file;     ///< open: where one more line would close it; empty: nowhere
  std::string pattern;         ///< that line
  std::string advice;          ///< open, and no line would close it: what to do
  std::size_t repository = 0;  ///< which of Report::repositories
  auto operator<=>(const Passage&) const = default;
};

}  // namespace keysift
