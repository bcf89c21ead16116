// Finds secrets in bytes: keywords first, patterns near them, then judgement.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>
#include <vector>

#include "base/range.h"
#include "rule/rule.h"

struct hs_database;
struct hs_scratch;

namespace keysift {

/// A secret in a run of bytes, as offsets of its first byte and the byte after its last.
struct Match {
  const Rule* rule = nullptr;
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// No match is wider than this, however wide its pattern: what is read in pieces must overlap by so many
/// bytes.
inline constexpr std::size_t kMaxMatchWidth = 64 * 1024;

/// Looks for the keywords of all rules in one pass, and holds a rule's pattern only against what stands near
/// one of its keywords. It loses nothing against a search of the whole for each pattern, as long as a rule's
/// keywords hold what they promise. Made once; scanned with from many threads, each with a Scratch of its
/// own.
class Detector {
 public:
  /// `rules` outlive the detector. Throws Failure when this processor lacks what the keyword search needs.
  explicit Detector(std::span<const Rule> rules);
  ~Detector();

  /// What one thread needs while it scans.
  class Scratch;

  /// Secrets that begin in `owned`, in order; where two overlap, the surer one. `bytes` around `owned` are
  /// looked at, too, so that pieces of a blob that overlap by kMaxMatchWidth on both sides give what the
  /// whole would. If `fresh` is given (in order, apart), the rest of `bytes` has been scanned before as part
  /// of something else, and looked_closely() was false then: only secrets that touch a fresh range or span an
  /// empty one are looked for. The result is valid until the scratch is used again.
  std::span<const Match> scan(std::string_view bytes, Scratch& scratch, Range owned = {},
                              std::span<const Range> fresh = {}) const;

 private:
  struct FreeDatabase {
    void operator()(hs_database* database) const;
  };

  void find_keywords(std::string_view bytes, Range window, Scratch& scratch) const;
  void find_keywords_near(std::string_view bytes, std::span<const Range> fresh, Scratch& scratch) const;
  void match_patterns(std::string_view bytes, Scratch& scratch) const;
  std::size_t width(std::size_t rule) const;
  std::size_t reach() const;

  std::span<const Rule> rules_;
  struct Keyword {
    std::uint32_t rule;
    std::uint32_t length;
  };
  std::vector<Keyword> keywords_;  // by Vectorscan's pattern id
  std::unique_ptr<hs_database, FreeDatabase> database_;
  mutable std::once_flag reach_once_;
  mutable std::size_t reach_ = 0;  // how far from a fresh byte a match that it is part of can begin or end
};

class Detector::Scratch {
 public:
  explicit Scratch(const Detector& detector);
  ~Scratch();
  Scratch(Scratch&&) noexcept;

  /// Whether a rule's pattern matched in the last scan, whatever became of the match.
  bool looked_closely() const { return looked_closely_; }

 private:
  friend class Detector;
  struct FreeScratch {
    void operator()(hs_scratch* scratch) const;
  };
  std::unique_ptr<hs_scratch, FreeScratch> keywords_;
  std::vector<std::vector<Range>> near_;  // by rule: where its pattern may match, in order, apart
  std::vector<std::uint32_t> touched_;    // rules with anything in near_
  std::vector<Match> matches_;
  bool looked_closely_ = false;
};

}  // namespace keysift
