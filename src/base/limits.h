// How far a scan goes, and why something was not searched.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace keysift {

/// How much is unpacked of one archive, all that are in it included. What unpacks to more was made to exhaust
/// whoever unpacks it.
struct ArchiveLimits {
  std::uint64_t size = std::uint64_t{512} << 20;  ///< bytes
  std::uint64_t ratio = 200;                      ///< `size`, too, is at most so many times the archive's own
  std::uint64_t least = std::uint64_t{64} << 20;  ///< bytes that no ratio forbids
  std::uint64_t members = 100'000;
  std::uint64_t nested = std::uint64_t{64} << 20;  ///< bytes of an archive in another: it is held in memory
  std::uint64_t depth = 4;                         ///< archives in each other, the outermost included
};

/// What is beyond one of these is not searched, and an error says so.
struct Limits {
  std::uint64_t blob_size = std::uint64_t{16} << 30;  ///< bytes of one file, stream or git blob
  std::uint64_t matches = 10'000;                     ///< of one rule in one text; a large file is several
  std::uint64_t decode_ratio = 8;  ///< encodings in a text come to at most so many times its size, and 4 MiB
  ArchiveLimits archive;
  std::uint64_t tree_depth = 2'048;         ///< folders in each other, in a work tree or in git's trees
  std::uint64_t tree_entries = 10'000'000;  ///< of one folder
  std::uint64_t path_length = 65'536;       ///< bytes
  std::uint64_t commits = 10'000'000;       ///< of a history that findings are traced through
};

/// Why something was not searched, or not all of it. In reports each is a word; one that is a limit has the
/// limit's name.
enum class Cause {
  unreadable,  ///< the system would not let us, or it is of a kind that cannot be read
  broken,      ///< it is not what its format says
  missing,     ///< git's objects name it, and it is not there
  encrypted,
  memory,
  blob_size,
  matches,
  decode_depth,
  decode_ratio,
  archive_size,
  archive_ratio,
  archive_members,
  archive_nested,
  archive_depth,
  tree_depth,
  tree_entries,
  path_length,
  places,
  commits,
  timeout,
  stopped  ///< by a signal
};

/// "unreadable", "archive-depth" ...
std::string_view to_string(Cause cause);

/// The cause that a word stands for; nothing if none does.
std::optional<Cause> cause_named(std::string_view word);

/// What went wrong, in words for the user, and of what kind it is.
struct Problem {
  // NOLINTNEXTLINE(google-explicit-constructor): most of what goes wrong is just told in words
  Problem(std::string words, Cause kind = Cause::unreadable) : message(std::move(words)), cause(kind) {}
  // NOLINTNEXTLINE(google-explicit-constructor)
  Problem(const char* words, Cause kind = Cause::unreadable) : message(words), cause(kind) {}

  std::string message;
  Cause cause;
};

/// The problem of what is beyond a limit: `words`, and the option that would raise it.
Problem beyond(Cause limit, const std::string& words);

/// A limit that the user can set.
struct LimitName {
  std::string_view name;
  bool bytes = false;                    ///< else a number
  std::uint64_t& (*of)(Limits& limits);  ///< the limit itself
};

/// All of them, as the user names them.
std::span<const LimitName> limit_names();

/// Sets a limit from "NAME=VALUE", where the value of one in bytes may end with K, M, G or T (powers of
/// 1024). Throws Failure when there is no such limit, or the value is none.
void set_limit(Limits& limits, std::string_view text);

/// "blob-size=16G, matches=10000, ...": the names with what they are by default.
std::string limits_by_default();

}  // namespace keysift
