// Finding literals, all in one pass.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct hs_database;
struct hs_scratch;

namespace keysift {

/// A literal to look for, and a number of its own that whoever finds it is told.
struct Literal {
  std::string text;
  bool any_case = true;
  bool once = false;  ///< only whether it is there matters: it is told once of each text that is searched
};

/// Looks for literals with Vectorscan. Any number of threads may use it, each with a scratch of its own.
class KeywordSearch {
 public:
  /// Compiling takes a third of the time of a small scan: `prepared`, what prepared() gave for the same
  /// literals, or for these and no more than as many others, is used in its stead if it fits this processor.
  /// It is trusted. Throws Failure when this processor
  /// lacks what the search needs, or the literals cannot be compiled.
  explicit KeywordSearch(const std::vector<Literal>& literals, std::string_view prepared = {});

  /// The compiled literals, for another run of the same build.
  std::string prepared() const;

  /// Bytes of the longest literal.
  std::size_t longest() const { return longest_; }

  class Scratch {
   public:
    explicit Scratch(const KeywordSearch& search);

   private:
    friend class KeywordSearch;
    struct Free {
      void operator()(hs_scratch* scratch) const;
    };
    std::unique_ptr<hs_scratch, Free> scratch_;
  };

  /// Calls `found(literal, begin, end)`, with the number of the literal and offsets into `bytes`, for each;
  /// in order of their ends, but for a text so large that it is searched in parts.
  template <typename Found>
  void find(std::string_view bytes, Scratch& scratch, Found&& found) const {
    const auto call = [](unsigned literal, std::size_t begin, std::size_t end, void* context) {
      (*static_cast<std::remove_reference_t<Found>*>(context))(literal, begin, end);
    };
    find(bytes, scratch, call, &found);
  }

 private:
  using Call = void (*)(unsigned literal, std::size_t begin, std::size_t end, void* context);
  void find(std::string_view bytes, Scratch& scratch, Call call, void* context) const;

  struct Free {
    void operator()(hs_database* database) const;
  };
  std::string list_;                    // of the literals, spelled
  std::vector<std::uint32_t> lengths_;  // by literal
  std::vector<std::uint32_t> numbers_;  // of literals, by the database's own; empty: they are the same
  std::size_t longest_ = 0;
  std::unique_ptr<hs_database, Free> database_;  // none: there is nothing to look for
};

}  // namespace keysift
