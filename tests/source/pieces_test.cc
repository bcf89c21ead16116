#include "source/pieces.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "base/file.h"
#include "detect/detector.h"
#include "rule/example.h"
#include "rule/rule_file.h"
#include "support/catch.h"
#include "support/support.h"

namespace keysift::test {
namespace {

// A piece that outlives its call.
struct Piece {
  std::string bytes;
  Position start;
  std::size_t own_begin;
  std::size_t own_end;
};

std::vector<Piece> pieces_of(int file, PieceSize size, std::string& buffer) {
  std::vector<Piece> pieces;
  const int error = read_pieces(reader_of(file), {}, size, buffer, [&](const Blob& blob) {
    pieces.push_back({std::string(blob.bytes), blob.start, blob.own_begin, blob.own_end});
  });
  CHECK(error == 0);
  return pieces;
}

// Writes `bytes` into a pipe, few at a time, and hands its other end to `use`.
template <typename Use>
void through_pipe(std::string_view bytes, std::size_t at_once, Use&& use) {
  int ends[2];
  REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
  std::signal(SIGPIPE, SIG_IGN);  // a writer whose reader gave up gets an error
  const std::jthread writer([&, in = UniqueFd(ends[1])] {
    for (auto rest = bytes; !rest.empty();) {
      const auto count = write(in.get(), rest.data(), std::min(at_once, rest.size()));
      if (count <= 0) return;
      rest.remove_prefix(static_cast<std::size_t>(count));
    }
  });
  const UniqueFd out(ends[0]);  // closed before the writer is waited for
  use(out.get());
}

UniqueFd open_file(const std::filesystem::path& path) {
  return UniqueFd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
}

// Many short lines, some empty; the offset of every byte can be told from its surroundings.
std::string numbered_lines(std::size_t length) {
  std::string text;
  for (unsigned line = 0; text.size() < length; ++line) {
    text += line % 5 == 0 ? "\n" : line % 7 == 0 ? "\r\n" : std::to_string(line) + "\n";
  }
  text.resize(length);
  return text;
}

// That every byte is owned once, each piece starts where it says, and sees enough around its own part.
void check_pieces(const std::vector<Piece>& pieces, const std::string& whole, PieceSize size) {
  std::size_t owned = 0;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const auto& piece = pieces[i];
    const bool last = i + 1 == pieces.size();
    INFO("piece " << i << " of " << pieces.size());
    REQUIRE(piece.own_begin <= owned);
    const auto begin = owned - piece.own_begin;
    CHECK(piece.own_begin == std::min(owned, size.overlap));
    CHECK(piece.bytes == whole.substr(begin, piece.bytes.size()));
    CHECK(piece.start == advance({}, std::string_view(whole).substr(0, begin)));
    if (last) {
      CHECK(piece.own_end >= piece.bytes.size());
      CHECK(begin + piece.bytes.size() == whole.size());
    } else {
      CHECK(piece.own_end == piece.own_begin + size.step);
      CHECK(piece.bytes.size() == piece.own_end + size.overlap);
      owned += size.step;
    }
  }
}

TEST_CASE("every byte is owned by one piece, and each piece knows where it starts") {
  const TempDir dir;
  std::string buffer;
  for (const PieceSize size : {PieceSize{1, 0}, PieceSize{1, 1}, PieceSize{3, 8}, PieceSize{8, 3},
                               PieceSize{10, 10}, PieceSize{16, 0}, PieceSize{64, 16}}) {
    const auto sum = size.step + size.overlap;
    std::vector<std::size_t> lengths = {1, 2};
    for (const auto base : {size.overlap, size.step, sum, sum + size.step, 2 * sum, 7 * sum}) {
      for (const std::size_t length : {base - 1, base, base + 1}) {
        if (length > 0 && length < 10'000) lengths.push_back(length);
      }
    }
    for (const auto length : lengths) {
      const auto text = numbered_lines(length);
      INFO("step " << size.step << ", overlap " << size.overlap << ", length " << length);
      dir.write("file", text);
      const auto pieces = pieces_of(open_file(dir.path() / "file").get(), size, buffer);
      REQUIRE_FALSE(pieces.empty());
      check_pieces(pieces, text, size);
      through_pipe(text, 5, [&](int pipe) { check_pieces(pieces_of(pipe, size, buffer), text, size); });
    }
  }
}

TEST_CASE("a file shorter than step and overlap together is one piece") {
  const TempDir dir;
  std::string buffer;
  for (const std::size_t length : {1U, 20U, 29U}) {
    dir.write("file", numbered_lines(length));
    const auto pieces = pieces_of(open_file(dir.path() / "file").get(), {20, 10}, buffer);
    INFO(length);
    CHECK(pieces.size() == 1);
  }
  dir.write("file", numbered_lines(30));
  CHECK(pieces_of(open_file(dir.path() / "file").get(), {20, 10}, buffer).size() == 2);
}

TEST_CASE("an empty file has no pieces") {
  const TempDir dir;
  dir.write("file", "");
  std::string buffer;
  CHECK(pieces_of(open_file(dir.path() / "file").get(), {}, buffer).empty());
}

TEST_CASE("pieces are like the blob they come from, and start where it does") {
  const TempDir dir;
  dir.write("file", "one\ntwo\nthree\n");
  Blob whole;
  whole.origin = Origin::standard_input;
  whole.path = "shown";
  whole.start = {10, 5};
  std::vector<Position> starts;
  std::string buffer;
  read_pieces(reader_of(open_file(dir.path() / "file").get()), whole, {4, 0}, buffer, [&](const Blob& piece) {
    CHECK(piece.origin == Origin::standard_input);
    CHECK(piece.path == "shown");
    starts.push_back(piece.start);
  });
  CHECK(starts == std::vector<Position>{{10, 5}, {11, 1}, {12, 1}, {12, 5}});
}

TEST_CASE("a file is read to its end, whatever its size was said to be") {
  const TempDir dir;
  const std::string bytes(100'000, 'x');
  dir.write("file", bytes);
  const std::uint64_t said = GENERATE(0U, 1U, 99'999U, 100'000U, 100'001U);
  const std::size_t step = GENERATE(1'000U, 100'000U, 300'000U);
  std::string buffer;
  std::string read;
  const auto file = open_file(dir.path() / "file");
  CHECK(read_pieces(reader_of(file.get(), said), {}, {step, 0}, buffer,
                    [&](const Blob& piece) { read += piece.bytes; }) == 0);
  CHECK(read == bytes);
}

TEST_CASE("a read that fails gives its errno") {
  const TempDir dir;
  std::string buffer;
  unsigned calls = 0;
  const auto count = [&](const Blob&) { ++calls; };
  CHECK(read_pieces(reader_of(open_file(dir.path()).get()), {}, {}, buffer, count) == EISDIR);
  CHECK(read_pieces(reader_of(-1), {}, {}, buffer, count) == EBADF);
  CHECK(calls == 0);
}

TEST_CASE("a buffer that held a larger file leaves nothing behind") {
  const TempDir dir;
  dir.write("large", std::string(5000, 'x'));
  dir.write("small", "abc");
  std::string buffer;
  pieces_of(open_file(dir.path() / "large").get(), {}, buffer);
  const auto pieces = pieces_of(open_file(dir.path() / "small").get(), {}, buffer);
  REQUIRE(pieces.size() == 1);
  CHECK(pieces[0].bytes == "abc");
}

// A secret's rule and place in a file.
struct Placed {
  std::string rule;
  Position begin;
  Position end;
  bool operator==(const Placed&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Placed& placed) {
  return out << placed.rule << ' ' << placed.begin.line << ':' << placed.begin.column << '-'
             << placed.end.column;
}

std::vector<Placed> scan_pieces(int file, PieceSize size, const Detector& detector, std::string& buffer) {
  Detector::Scratch scratch(detector);
  std::vector<Placed> result;
  const int error = read_pieces(reader_of(file), {}, size, buffer, [&](const Blob& blob) {
    for (const auto& match : detector.scan(blob.bytes, scratch, {blob.own_begin, blob.own_end})) {
      const auto begin = advance(blob.start, blob.bytes.substr(0, match.begin));
      result.push_back(
          {match.rule->id, begin, advance(begin, blob.bytes.substr(match.begin, match.end - match.begin))});
    }
  });
  CHECK(error == 0);
  return result;
}

// Text with keys of all built-in rules, fragments of keys, and a few raw bytes.
std::string text_with_keys(std::span<const Rule> rules, unsigned parts) {
  std::mt19937_64 random(7);
  std::string text;
  for (; parts > 0; --parts) {
    const auto& examples = rules[random() % rules.size()].examples;
    auto part = expand_template(examples[random() % examples.size()], random());
    if (random() % 3 == 0) part.resize(random() % part.size());
    text += part;
    for (auto count = random() % 40; count > 0; --count) text += static_cast<char>(random() & 0xff);
    text += random() % 2 == 0 ? "\n" : " ";
  }
  return text;
}

TEST_CASE("keys are found once, at the same places, whatever the pieces") {
  const auto rules = built_in_rules();
  const Detector detector(rules);
  const auto text = text_with_keys(rules, 500);
  const TempDir dir;
  dir.write("file", text);
  std::string buffer;
  const auto whole = scan_pieces(open_file(dir.path() / "file").get(), {text.size(), 0}, detector, buffer);
  REQUIRE(whole.size() > 300);
  // No key here is wider than 500 bytes, and one more of them on either side can decide which of two
  // overlapping ones stays.
  for (const std::size_t step : {10'007U}) {
    for (const std::size_t overlap : {4096U}) {
      INFO("step " << step << ", overlap " << overlap);
      REQUIRE(scan_pieces(open_file(dir.path() / "file").get(), {step, overlap}, detector, buffer) == whole);
    }
  }
  REQUIRE(scan_pieces(open_file(dir.path() / "file").get(), {4096, kMaxMatchWidth}, detector, buffer) ==
          whole);
  through_pipe(text, 1000, [&](int pipe) {
    REQUIRE(scan_pieces(pipe, {1000, 4096}, detector, buffer) == whole);
  });
}

TEST_CASE("a key at every place around a seam") {
  const auto rules = built_in_rules();
  const Detector detector(rules);
  const auto key = openai_project_key();
  const PieceSize size{1000, 600};
  std::string buffer;
  for (std::size_t before = 1; before <= 2 * (size.step + size.overlap); before += 7) {
    const auto text = std::string(before, '\n') + key + std::string(3000, '\n');
    const Placed expected{"openai-project-key", {before + 1, 1}, {before + 1, key.size() + 1}};
    INFO(before << " bytes before the key");
    through_pipe(text, text.size(), [&](int pipe) {
      REQUIRE(scan_pieces(pipe, size, detector, buffer) == std::vector<Placed>{expected});
    });
  }
}

}  // namespace
}  // namespace keysift::test
