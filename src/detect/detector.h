// Finds secrets in bytes: keywords first, patterns near them, then judgement.
#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/fresh.h"
#include "base/limits.h"
#include "base/range.h"
#include "detect/decode.h"
#include "detect/decoding.h"
#include "detect/gathered.h"
#include "detect/keyword_search.h"
#include "detect/literals.h"
#include "detect/match.h"
#include "detect/needed_literals.h"
#include "detect/notes.h"
#include "detect/packed.h"
#include "detect/profile.h"
#include "rule/rule.h"

namespace keysift {

struct DetectorOptions {
  unsigned decode_depth = 4;           ///< how many encodings in each other are taken off; 0: none
  std::string_view prepared;           ///< what prepared() gave for the same rules, if it is at hand
  bool explain = false;                ///< give also the matches that were dropped
  bool profile = false;                ///< measure what each rule costs
  Confidence least = Confidence::low;  ///< what is less sure does not count against `matches`
  std::uint64_t matches = Limits().matches;
  std::uint64_t decode_ratio = Limits().decode_ratio;
};

struct Layer;
struct Places;

/// Looks for the keywords of all rules in one pass, and holds a rule's pattern only against what stands near
/// one of its keywords. It loses nothing against a search of the whole for each pattern, as long as a rule's
/// keywords hold what they promise. It also looks for what is text in base64 or in hexadecimal digits, and
/// for keywords in UTF-16, with one of their characters escaped and cut in two pieces; what stands round such
/// a one is decoded and searched in turn, and so is, round a plain keyword, text with escapes in it. Made
/// once; scanned with from many threads, each with a Scratch of its own.
class Detector {
 public:
  /// `rules` outlive the detector. Throws Failure when this processor lacks what the keyword search needs.
  explicit Detector(std::span<const Rule> rules, DetectorOptions options = {});
  ~Detector();

  /// What the keyword search made of the rules, so that another run of the same build need not do it again.
  std::string prepared() const { return search_.prepared(); }

  /// What one thread needs while it scans.
  class Scratch;

  /// Adds what the scans with a scratch cost, if that was measured.
  void add_costs(const Scratch& scratch, Profile& profile) const;

  /// Secrets that begin in `owned`, in order; where two overlap, the surer one (and, if it is to explain,
  /// what it dropped among them). `bytes` around `owned` are looked at, too, so that pieces of a blob that
  /// overlap by kMaxMatchWidth on both sides give what the whole would. What is not `fresh` was scanned
  /// before as part of something else, with what reach() said of that as `fresh.reach`: keywords are only
  /// looked for round fresh ranges then, and patterns only near keywords whose reach a change is in. The
  /// result is valid until the scratch is used again.
  std::span<const Match> scan(std::string_view bytes, Scratch& scratch, Range owned = {},
                              Fresh fresh = {}) const;

 private:
  void find(std::string_view bytes, const Fresh& fresh, unsigned depth, Scratch& scratch,
            std::vector<Match>& matches) const;
  void find_keywords(std::string_view bytes, Layer& layer, Scratch& scratch) const;
  bool find_keywords_near(std::string_view bytes, const Fresh& fresh, Layer& layer, Scratch& scratch) const;
  void note_all(std::string_view bytes, Layer& layer, Scratch& scratch) const;
  void note(std::string_view bytes, unsigned literal, std::size_t begin, std::size_t end, Layer& layer,
            Scratch& scratch) const;
  void note_for_gitleaks(std::string_view bytes, unsigned literal, Range keyword, Layer& layer,
                         Scratch& scratch) const;
  void note_without_keyword(std::string_view bytes, std::uint32_t rule, Layer& layer, Scratch& scratch) const;
  void note_everywhere(std::string_view bytes, std::uint32_t rule, Layer& layer, Scratch& scratch) const;
  void note_again(std::string_view bytes, Reach::Everywhere known, Layer& layer, Scratch& scratch) const;
  void look_everywhere(std::string_view bytes, Reach::Everywhere known, Layer& layer, Scratch& scratch) const;
  struct Needs;
  Needs& needed(std::uint32_t rule, Scratch& scratch) const;
  void match_patterns(std::string_view bytes, Layer& layer, Scratch& scratch,
                      std::vector<Match>& matches) const;
  std::size_t match_pattern(std::uint32_t index, std::string_view bytes, const Layer& layer, Unit unit,
                            Scratch& scratch, std::vector<Match>& matches) const;
  void add_judged(Match match, std::array<std::uint64_t, 3>& counts, Scratch& scratch,
                  std::vector<Match>& matches) const;
  void find_encoded(std::string_view bytes, unsigned depth, Scratch& scratch,
                    std::vector<Match>& matches) const;
  Reach find_in(std::string_view bytes, const Decoded& decoded, unsigned depth, Scratch& scratch,
                std::vector<Match>& matches) const;
  std::size_t width(std::size_t rule) const;
  std::size_t farthest(std::size_t rule, Unit unit) const;
  // Whether a literal is a keyword of a rule.
  auto of_rule(std::uint32_t rule) const {
    return [this, rule](std::uint32_t literal) {
      const auto& sign = literals_.sign(literal);
      return sign.is_plain() && sign.index == rule;
    };
  }

  std::span<const Rule> rules_;
  unsigned decode_depth_;
  bool explain_;
  bool profile_;
  Confidence least_;
  std::uint64_t most_matches_;
  std::uint64_t decode_ratio_;
  std::vector<std::uint32_t> everywhere_;  // rules without keywords
  Literals literals_;
  KeywordSearch search_;
  struct Needed {
    std::once_flag once;
    std::unique_ptr<NeededLiterals> literals;
  };
  std::unique_ptr<Needed[]> needed_;  // by rule; made where they are first asked for
};

// What a rule needs, with a thread's own means to look for it.
struct Detector::Needs {
  const NeededLiterals& literals;
  NeededLiterals::Scratch scratch;
};

class Detector::Scratch {
 public:
  explicit Scratch(const Detector& detector);
  ~Scratch();
  Scratch(Scratch&&) noexcept;

  /// What the last scan says of bytes that are made from those that it saw.
  const Reach& reach() const { return notes_.reach(); }

  /// The limits that the last scan came to: Cause::matches, decode_depth, decode_ratio. None, nearly always.
  std::span<const Cause> beyond() const { return beyond_; }

  /// What is compressed in base64 in the last text, which the detector cannot open; in order and apart. It is
  /// the caller's then.
  std::vector<Packed> take_packed() { return outermost(std::exchange(packed_, {})); }

 private:
  friend class Detector;
  void note_limit(Cause limit);
  bool count_decoded(std::size_t bytes);

  KeywordSearch::Scratch keywords_;
  std::vector<Layer> layers_;  // by depth of decoding
  std::vector<Match> matches_;
  Gathered gathered_;              // what is round fresh ranges
  std::vector<Carried> fresh_;     // literals in that
  std::vector<Carried> carried_;   // literals of what the bytes were made from
  std::vector<Carried> literals_;  // both
  Decoding decoding_;
  Notes notes_;
  std::vector<Cause> beyond_;
  std::vector<Packed> packed_;
  std::optional<Costs> costs_;             // if they are measured
  std::map<std::uint32_t, Needs> needed_;  // by rule
};

}  // namespace keysift
