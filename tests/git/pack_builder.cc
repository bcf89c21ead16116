#include "git/pack_builder.h"

#include <libdeflate.h>
#include <sys/types.h>
// libmd's header needs the types above.
#include <sha1.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>

namespace keysift::test {
namespace {

std::string_view word(ObjectType type) {
  constexpr std::array<std::string_view, 4> kWords{"commit", "tree", "blob", "tag"};
  return kWords.at(static_cast<std::size_t>(type));
}

// Seven bits a byte, the lowest first.
std::string varint(std::uint64_t value) {
  std::string bytes;
  for (; value >= 128; value >>= 7) bytes += static_cast<char>((value & 127U) | 128U);
  return bytes + static_cast<char>(value);
}

}  // namespace

std::string sha1(std::string_view bytes) {
  SHA1_CTX context;
  SHA1Init(&context);
  SHA1Update(&context, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  std::array<std::uint8_t, Oid::kSize> digest{};
  SHA1Final(digest.data(), &context);
  return {digest.begin(), digest.end()};
}

Oid name_of(ObjectType type, std::string_view bytes) {
  std::string object(word(type));
  object += ' ' + std::to_string(bytes.size()) + '\0';
  object += bytes;
  return Oid::from_raw(sha1(object).data());
}

std::string deflated(std::string_view bytes) {
  // Kept: to make one takes longer than all else here.
  thread_local const std::unique_ptr<libdeflate_compressor, void (*)(libdeflate_compressor*)> compressor(
      libdeflate_alloc_compressor(6), &libdeflate_free_compressor);
  std::string stream(libdeflate_zlib_compress_bound(compressor.get(), bytes.size()), '\0');
  stream.resize(
      libdeflate_zlib_compress(compressor.get(), bytes.data(), bytes.size(), stream.data(), stream.size()));
  return stream;
}

std::string big_endian(std::uint64_t value, int width) {
  std::string bytes;
  for (int shift = 8 * (width - 1); shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 255);
  return bytes;
}

std::string delta_header(std::uint64_t base_size, std::uint64_t result_size) {
  return varint(base_size) + varint(result_size);
}

std::string copy(std::uint64_t offset, std::uint64_t size) {
  unsigned op = 128;
  std::string operands;
  for (unsigned i = 0; i < 7; ++i) {
    const auto byte = (i < 4 ? offset >> (8 * i) : size >> (8 * (i - 4))) & 255;
    if (byte == 0) continue;
    op |= 1U << i;
    operands += static_cast<char>(byte);
  }
  return static_cast<char>(op) + operands;
}

std::string insert(std::string_view text) { return static_cast<char>(text.size()) + std::string(text); }

std::string distance(std::uint64_t back) {
  std::string bytes(1, static_cast<char>(back & 127));
  while ((back >>= 7) != 0) bytes.insert(bytes.begin(), static_cast<char>((--back & 127U) | 128U));
  return bytes;
}

std::uint64_t PackBuilder::add(ObjectType type, std::string_view bytes) {
  return add_entry(name_of(type, bytes), static_cast<unsigned>(type) + 1, bytes.size(), {}, deflated(bytes));
}

std::uint64_t PackBuilder::add_offset_delta(const Oid& id, std::uint64_t base, std::string_view delta) {
  return add_entry(id, 6, delta.size(), distance(end() - base), deflated(delta));
}

std::uint64_t PackBuilder::add_ref_delta(const Oid& id, const Oid& base, std::string_view delta) {
  const std::string name(base.bytes.begin(), base.bytes.end());
  return add_entry(id, 7, delta.size(), name, deflated(delta));
}

std::uint64_t PackBuilder::add_entry(const Oid& id, unsigned kind, std::uint64_t size, std::string_view base,
                                     std::string_view data) {
  const auto offset = end();
  claim(id, offset);
  auto header = kind << 4 | static_cast<unsigned>(size & 15);
  for (size >>= 4; size != 0; size >>= 7) {
    entries_ += static_cast<char>(header | 128);
    header = static_cast<unsigned>(size & 127);
  }
  entries_ += static_cast<char>(header);
  entries_ += base;
  entries_ += data;
  return offset;
}

std::string PackBuilder::pack() const {
  const auto bytes = "PACK" + big_endian(2, 4) + big_endian(places_.size(), 4) + entries_;
  return bytes + sha1(bytes);
}

std::string PackBuilder::index() const {
  constexpr std::uint64_t kLarge = 0x80000000;
  auto places = places_;
  std::sort(places.begin(), places.end());
  std::string fanout;
  for (unsigned byte = 0; byte < 256; ++byte) {
    const auto upto = std::count_if(places.begin(), places.end(),
                                    [&](const auto& place) { return place.first.bytes[0] <= byte; });
    fanout += big_endian(static_cast<std::uint64_t>(upto), 4);
  }
  std::string names;
  std::string offsets;
  std::string large;
  for (const auto& [id, offset] : places) {
    names.append(id.bytes.begin(), id.bytes.end());
    offsets += big_endian(offset < kLarge ? offset : kLarge + large.size() / 8, 4);
    if (offset >= kLarge) large += big_endian(offset, 8);
  }
  const std::string checksums(4 * places.size(), '\0');  // CRC-32s, which nobody reads here
  auto bytes = "\377tOc" + big_endian(2, 4) + fanout + names + checksums + offsets + large;
  bytes += sha1(pack().substr(0, end()));
  return bytes + sha1(bytes);
}

std::filesystem::path PackBuilder::write(const std::filesystem::path& folder, const std::string& name) const {
  std::filesystem::create_directories(folder);
  replace_file(folder / ("pack-" + name + ".pack"), pack());
  replace_file(folder / ("pack-" + name + ".idx"), index());
  return folder / ("pack-" + name + ".idx");
}

void replace_file(const std::filesystem::path& path, std::string_view bytes) {
  std::filesystem::remove_all(path);
  std::ofstream file(path, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file) throw std::runtime_error("cannot write " + path.string());
}

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace keysift::test
