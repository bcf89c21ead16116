// What a scan found, as plain data.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/position.h"
#include "base/shared_strings.h"
#include "finding/secret.h"
#include "rule/rule.h"

namespace keysift {

/// Where the bytes of a finding came from.
enum class Origin { worktree, index, history, commit_message, tag_message, note, path, standard_input };

/// The path of standard input that nobody gave a name.
inline constexpr std::string_view kStandardInput = "<stdin>";

/// The word for `origin` in JSON: "worktree", "commit-message", "stdin" ...
std::string_view to_string(Origin origin);

/// A secret's place. The end is the position right after its last byte.
struct Location {
  /// As shown: relative to what was scanned, '/' between folders; the ref for a tag message or a note; empty
  /// for a commit message. Raw bytes from the repository: pass it through printable() or valid_utf8() on the
  /// way out.
  std::string path;
  Position begin;
  Position end;
  /// The encodings around the secret, outermost first. Empty: it stood there as it is.
  std::vector<std::string> decoded;
};

/// Where in history a blob stands.
enum class BlobState { live, history_only, unreachable };

/// "live", "history-only" or "unreachable".
std::string_view to_string(BlobState state);

/// A commit, as reports name it. `author` and `summary` are raw bytes.
struct CommitInfo {
  std::string commit;   ///< hexadecimal object name
  std::string author;   ///< "Name <mail>"
  std::string date;     ///< author date, ISO 8601 with the author's own offset: 2024-05-01T12:00:00+02:00
  std::string summary;  ///< first line of the message
};

/// A key that is live for longer is overdue for rotation.
inline constexpr std::uint64_t kRotationDays = 90;

/// A finding's way through history.
struct Provenance {
  std::string blob;  ///< hexadecimal name of the object (blob, commit or tag) that holds the secret
  BlobState state = BlobState::unreachable;
  bool in_head = false;                  ///< HEAD's tree still has it at this path
  std::optional<CommitInfo> introduced;  ///< the first commit that has it at this path while no parent does
  std::uint64_t introduced_line = 0;     ///< where it begins in that commit's file; 0: not known
  std::optional<CommitInfo> removed;     ///< the commit that took it away, if HEAD lacks it
  SharedStrings refs;                    ///< full names of the refs that reach it, sorted
  std::uint64_t commits = 0;             ///< how many commits carry it at this path
  /// Whole days since `introduced`: who had the history since then had the key, whether it was removed later
  /// or not. Nothing without a date.
  std::optional<std::uint64_t> exposed_days;

  /// Whether it is still live and older than a key should get.
  bool overdue() const { return state == BlobState::live && exposed_days.value_or(0) > kRotationDays; }
};

/// What stands round a secret in its line, for people to see where they are: of a long line, some of it.
/// Other matches in it are masked, and whatever else looks like a key. Raw bytes; both empty where it stands
/// alone.
struct Excerpt {
  std::string before;
  std::string after;
};

/// What allows a finding whose own line says so.
inline constexpr std::string_view kMarkOnLine = "a mark on its line";

/// A match that survived the filters, or one that did not (Report::dropped).
struct Finding {
  const Rule* rule = nullptr;
  Confidence confidence = Confidence::low;
  Secret secret;
  Location location;
  Origin origin = Origin::worktree;
  std::optional<Provenance> provenance;
  std::string allowed_by;      ///< what allows it: a mark on its line, or a file; empty: nothing does
  std::string allowed_reason;  ///< why it does, in its author's words; empty: it does not say. Raw bytes
  std::string reason;          ///< why it was kept, or dropped, in a few words
  Excerpt excerpt;
  /// Allowlists that need the path or the commit, too, and are content with all else.
  std::vector<const Allowlist*> allowing_there = {};
  /// Rules that found the same: where one of them stands at the same path it does not.
  std::vector<const Rule*> gives_way_to = {};
  std::size_t repository = 0;     ///< which of Report::repositories
  std::string saved_fingerprint;  ///< of a finding that was read from a saved report; else empty

  /// Names the finding for suppression: 32 hexadecimal digits made of rule id, secret and path. It outlives
  /// line moves and rebases.
  std::string fingerprint() const;

  /// Whether it stands in a file: not in a message or a note.
  bool in_file() const {
    return origin != Origin::commit_message && origin != Origin::tag_message && origin != Origin::note;
  }

  /// Whether the path of what it stands in is known. No tree names some objects; of a member of such an
  /// archive location.path is "!" and the member.
  bool has_path() const;

  /// Where it stands: its path; where none is known, the object that holds it, such as "blob 3b18e5..." or
  /// "commit 3b18e5..." (of an archive, with "!" and the member). Raw bytes.
  std::string place() const;
};

}  // namespace keysift
