// The floor under a scan of git's history: inflate each blob of a pack once, apply each delta once, its base
// first, and search the result for three literals. It trusts the packs it is given and reports nothing but
// counts.
//
//   keysift_packscan THREADS PACK...
//
// Formats: gitformat-pack(5), pack and index version 2, SHA-1.
#include <fcntl.h>
#include <libdeflate.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/parallel.h"

namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::size_t kNameSize = 20;  // SHA-1: an object's name, and the checksum at a pack's end
constexpr std::array<std::string_view, 3> kLiterals = {"sk-proj-", "sk-ant-", "T3BlbkFJ"};

/// A whole file in memory.
class MappedFile {
 public:
  explicit MappedFile(const std::filesystem::path& path) {
    const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat status {};
    if (file < 0 || fstat(file, &status) != 0) throw std::runtime_error(path.string() + ": cannot be read");
    size_ = static_cast<std::size_t>(status.st_size);
    memory_ = mmap(nullptr, size_, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
    close(file);
    if (memory_ == MAP_FAILED) throw std::runtime_error(path.string() + ": cannot be mapped");
  }
  ~MappedFile() { munmap(memory_, size_); }
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  Bytes bytes() const { return {static_cast<const std::uint8_t*>(memory_), size_}; }

 private:
  void* memory_ = nullptr;
  std::size_t size_ = 0;
};

std::uint64_t big_endian(Bytes bytes) {
  std::uint64_t value = 0;
  for (const std::uint8_t byte : bytes) value = value << 8 | byte;
  return value;
}

/// Reads one byte after another, and the number formats of packs.
struct Cursor {
  Bytes rest;

  std::uint8_t byte() {
    const std::uint8_t first = rest.front();
    rest = rest.subspan(1);
    return first;
  }
  Bytes take(std::size_t count) {
    if (count > rest.size()) throw std::runtime_error("a delta ends early");
    const Bytes taken = rest.first(count);
    rest = rest.subspan(count);
    return taken;
  }
  /// Seven bits a byte, least significant first, added above `bits` bits that are known already.
  std::uint64_t varint(std::uint64_t value = 0, unsigned bits = 0) {
    std::uint8_t next = 0;
    do {
      next = byte();
      value |= std::uint64_t{next & 0x7fu} << bits;
      bits += 7;
    } while (next & 0x80);
    return value;
  }
  /// A delta's distance to its base: most significant first, one added at each step.
  std::uint64_t distance() {
    std::uint8_t next = byte();
    std::uint64_t value = next & 0x7fu;
    while (next & 0x80) {
      next = byte();
      value = (value + 1) << 7 | (next & 0x7fu);
    }
    return value;
  }
};

enum EntryType : std::uint8_t { kBlob = 3, kOffsetDelta = 6, kNameDelta = 7 };
constexpr std::uint32_t kNone = ~0u;

struct Entry {
  Bytes deflated;                     // up to the next entry
  std::uint64_t size = 0;             // inflated
  EntryType type = kBlob;             // or another number
  std::uint32_t first_child = kNone;  // the deltas that are made from this entry
  std::uint32_t next_sibling = kNone;
};

/// The pack's index: object names, sorted, and their offsets.
class Index {
 public:
  explicit Index(Bytes file) {
    constexpr std::size_t kHeader = 8, kFanout = 256 * 4;
    if (file.size() < kHeader + kFanout || big_endian(file.first(8)) != 0xff744f6300000002)
      throw std::runtime_error("this is no pack index of version 2");
    const std::size_t count = big_endian(file.subspan(kHeader + kFanout - 4, 4));
    names_ = file.subspan(kHeader + kFanout, count * kNameSize);
    const Bytes small = file.subspan(kHeader + kFanout + count * (kNameSize + 4), count * 4);
    const Bytes large = file.subspan(kHeader + kFanout + count * (kNameSize + 8));
    offsets_.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      std::uint64_t offset = big_endian(small.subspan(i * 4, 4));
      if (offset & 0x80000000) offset = big_endian(large.subspan((offset & 0x7fffffff) * 8, 8));
      offsets_.push_back(offset);
    }
  }

  /// In the order of the names.
  const std::vector<std::uint64_t>& offsets() const { return offsets_; }

  std::uint64_t offset_of(Bytes name) const {
    std::size_t low = 0, high = offsets_.size();
    while (low < high) {
      const std::size_t middle = (low + high) / 2;
      if (std::memcmp(names_.data() + middle * kNameSize, name.data(), kNameSize) < 0)
        low = middle + 1;
      else
        high = middle;
    }
    return offsets_.at(low);
  }

 private:
  Bytes names_;
  std::vector<std::uint64_t> offsets_;
};

/// A pack's entries, in the order of their offsets, linked from each base to its deltas.
std::vector<Entry> read_entries(Bytes pack, const Index& index) {
  if (pack.size() < 32 || big_endian(pack.first(8)) != 0x5041434b00000002)
    throw std::runtime_error("this is no pack of version 2");
  std::vector<std::uint64_t> offsets = index.offsets();
  std::sort(offsets.begin(), offsets.end());
  offsets.push_back(pack.size() - kNameSize);
  const auto entry_at = [&](std::uint64_t offset) {
    return static_cast<std::uint32_t>(std::lower_bound(offsets.begin(), offsets.end(), offset) -
                                      offsets.begin());
  };

  std::vector<Entry> entries(offsets.size() - 1);
  for (std::uint32_t i = 0; i < entries.size(); ++i) {
    Cursor cursor{pack.subspan(offsets[i], offsets[i + 1] - offsets[i])};
    const std::uint8_t first = cursor.byte();
    entries[i].type = EntryType{static_cast<std::uint8_t>(first >> 4 & 7)};
    entries[i].size = first & 0x80 ? cursor.varint(first & 15, 4) : first & 15;
    std::uint32_t base = kNone;
    if (entries[i].type == kOffsetDelta) base = entry_at(offsets[i] - cursor.distance());
    if (entries[i].type == kNameDelta) base = entry_at(index.offset_of(cursor.take(kNameSize)));
    entries[i].deflated = cursor.rest;
    if (base != kNone) {
      entries[i].next_sibling = entries.at(base).first_child;
      entries[base].first_child = i;
    }
  }
  return entries;
}

/// How often the literals stand in `text`. Looks at blocks for the literals' first three bytes, in a loop
/// that the compiler turns into vector instructions, and looks closer only where a block has them.
std::uint64_t count_literals(Bytes text) {
  constexpr std::size_t kBlock = 64;
  const auto starts = [](const std::uint8_t* at) {
    return ((at[0] == 's') & (at[1] == 'k') & (at[2] == '-')) |
           ((at[0] == 'T') & (at[1] == '3') & (at[2] == 'B'));
  };
  const auto count_from = [&](std::size_t begin, std::size_t end) {
    std::uint64_t count = 0;
    for (std::size_t i = begin; i < end; ++i) {
      const std::string_view rest(reinterpret_cast<const char*>(text.data()) + i, text.size() - i);
      for (const std::string_view literal : kLiterals) count += rest.starts_with(literal);
    }
    return count;
  };

  std::uint64_t count = 0;
  std::size_t block = 0;
  for (; block + kBlock + 2 <= text.size(); block += kBlock) {
    std::uint8_t any = 0;
    for (std::size_t i = 0; i < kBlock; ++i)
      any |= static_cast<std::uint8_t>(starts(text.data() + block + i));
    if (any) count += count_from(block, block + kBlock);
  }
  return count + count_from(block, text.size());
}

/// Memory that is kept for the next object.
class Buffer {
 public:
  std::span<std::uint8_t> resized(std::size_t size) {
    if (size > capacity_) {
      capacity_ = size + size / 4;
      memory_ = std::make_unique_for_overwrite<std::uint8_t[]>(capacity_);
    }
    size_ = size;
    return {memory_.get(), size};
  }
  Bytes bytes() const { return {memory_.get(), size_}; }

 private:
  std::unique_ptr<std::uint8_t[]> memory_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

void apply_delta(Bytes delta, Bytes base, Buffer& result) {
  Cursor cursor{delta};
  if (cursor.varint() != base.size()) throw std::runtime_error("a delta does not fit its base");
  std::span<std::uint8_t> room = result.resized(cursor.varint());
  const auto append = [&](Bytes piece) {
    if (piece.size() > room.size()) throw std::runtime_error("a delta makes more than it says");
    std::memcpy(room.data(), piece.data(), piece.size());
    room = room.subspan(piece.size());
  };
  while (!cursor.rest.empty()) {
    const std::uint8_t command = cursor.byte();
    if (!(command & 0x80)) {
      append(cursor.take(command));
      continue;
    }
    std::size_t offset = 0, length = 0;
    for (unsigned i = 0; i < 4; ++i)
      if (command >> i & 1) offset |= std::size_t{cursor.byte()} << 8 * i;
    for (unsigned i = 0; i < 3; ++i)
      if (command >> (4 + i) & 1) length |= std::size_t{cursor.byte()} << 8 * i;
    if (length == 0) length = 0x10000;
    if (offset > base.size() || length > base.size() - offset)
      throw std::runtime_error("a delta copies from beyond its base");
    append(base.subspan(offset, length));
  }
}

struct Counts {
  std::uint64_t blobs = 0, bytes = 0, literals = 0;
};

/// One thread's scratch. Resolves a blob and everything that is made from it.
class Walker {
 public:
  explicit Walker(std::span<const Entry> entries) : entries_(entries) {}

  void walk(std::uint32_t root) {
    inflate(entries_[root], objects_.empty() ? objects_.emplace_back() : objects_.front());
    visit(root, 0);
  }
  const Counts& counts() const { return counts_; }

 private:
  void inflate(const Entry& entry, Buffer& out) {
    const std::span<std::uint8_t> room = out.resized(entry.size);
    std::size_t used = 0;
    if (libdeflate_zlib_decompress_ex(inflater_.get(), entry.deflated.data(), entry.deflated.size(),
                                      room.data(), room.size(), &used, nullptr) != LIBDEFLATE_SUCCESS)
      throw std::runtime_error("an entry does not inflate to the size it says");
  }

  /// The object of `entry` stands in objects_[depth].
  void visit(std::uint32_t entry, std::size_t depth) {
    const Bytes object = objects_[depth].bytes();
    ++counts_.blobs;
    counts_.bytes += object.size();
    counts_.literals += count_literals(object);
    if (objects_.size() == depth + 1) objects_.emplace_back();
    for (std::uint32_t child = entries_[entry].first_child; child != kNone;
         child = entries_[child].next_sibling) {
      inflate(entries_[child], delta_);
      apply_delta(delta_.bytes(), objects_[depth].bytes(), objects_[depth + 1]);
      visit(child, depth + 1);
    }
  }

  struct FreeInflater {
    void operator()(libdeflate_decompressor* inflater) const { libdeflate_free_decompressor(inflater); }
  };
  std::span<const Entry> entries_;
  std::unique_ptr<libdeflate_decompressor, FreeInflater> inflater_{libdeflate_alloc_decompressor()};
  Buffer delta_;
  std::vector<Buffer> objects_;  // by length of the delta chain
  Counts counts_;
};

Counts scan(const std::filesystem::path& path, unsigned threads) {
  const MappedFile pack(path);
  const MappedFile index(std::filesystem::path(path).replace_extension(".idx"));
  const std::vector<Entry> entries = read_entries(pack.bytes(), Index(index.bytes()));

  std::vector<Counts> counts(threads);
  std::atomic<std::uint32_t> next = 0;
  keysift::parallel(threads, [&](unsigned thread) {
    constexpr std::uint32_t kShare = 64;
    Walker walker(entries);
    for (std::uint32_t begin = next.fetch_add(kShare); begin < entries.size(); begin = next.fetch_add(kShare))
      for (std::uint32_t i = begin; i < std::min<std::size_t>(begin + kShare, entries.size()); ++i)
        if (entries[i].type == kBlob) walker.walk(i);
    counts[thread] = walker.counts();
  });

  Counts sum;
  for (const Counts& one : counts) {
    sum.blobs += one.blobs;
    sum.bytes += one.bytes;
    sum.literals += one.literals;
  }
  return sum;
}

}  // namespace

int main(int count, char** arguments) try {
  const int threads = count > 1 ? std::atoi(arguments[1]) : 0;
  if (count < 3 || threads < 1) throw std::runtime_error("usage: keysift_packscan THREADS PACK...");
  for (char** path = arguments + 2; path != arguments + count; ++path) {
    const Counts counts = scan(*path, static_cast<unsigned>(threads));
    std::printf("%s: %ju blobs, %ju bytes, %ju literals\n", *path, std::uintmax_t{counts.blobs},
                std::uintmax_t{counts.bytes}, std::uintmax_t{counts.literals});
  }
} catch (const std::exception& error) {
  std::fprintf(stderr, "keysift_packscan: %s\n", error.what());
  return 2;
}
