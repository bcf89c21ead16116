#include "git/object_reader.h"

#include <charconv>
#include <system_error>
#include <utility>
#include <vector>

#include "base/failure.h"
#include "base/text.h"
#include "git/delta.h"

namespace keysift {
namespace {

// Bytes of pack entries that are kept, for objects that stand on them; all go when they are more.
constexpr std::size_t kKept = std::size_t{4} << 20;

// The largest object that a delta may make. Git keeps files of 512 MiB and more whole
// (core.bigFileThreshold); a few bytes of deltas that double each other make any size.
constexpr std::uint64_t kLargestMade = std::uint64_t{512} << 20;

// From one pack to another, for bases that are elsewhere. In a repository that git wrote there is one at
// most.
constexpr unsigned kMaxDepth = 16;

constexpr const char* kBroken = "its entry in a pack, or one that it is made from, is broken";

std::optional<ObjectType> type_named(std::string_view name) {
  if (name == "commit") return ObjectType::commit;
  if (name == "tree") return ObjectType::tree;
  if (name == "blob") return ObjectType::blob;
  if (name == "tag") return ObjectType::tag;
  return std::nullopt;
}

// Room for bytes that are about to be written: it is not cleared.
std::shared_ptr<char[]> room_for(std::uint64_t size) { return std::shared_ptr<char[]>(new char[size]); }

// What a loose object starts with: "blob 123\0".
bool read_loose_header(ObjectStream& stream) {
  std::string header;
  for (char byte = 0; stream.bytes.read(&byte, 1) == 1 && byte != 0 && header.size() < 32;) header += byte;
  const auto space = header.find(' ');
  if (space == std::string::npos) return false;
  const auto type = type_named(std::string_view(header).substr(0, space));
  const auto* const end = header.data() + header.size();
  const auto number = std::from_chars(header.data() + space + 1, end, stream.size);
  if (!type || number.ec != std::errc() || number.ptr != end) return false;
  stream.type = *type;
  return true;
}

}  // namespace

std::optional<Object> ObjectReader::read(const Oid& id) {
  problem_.clear();
  current_ = contents_of(id, 0);
  if (!current_ && cause_ == Cause::unreadable) unreadable_.emplace(id, problem_);
  if (!current_) return std::nullopt;
  return Object{id, current_->type, current_->bytes, {}};
}

bool ObjectReader::read(const Oid& id, std::uint64_t most, const std::function<void(const Object&)>& take,
                        const std::function<void(ObjectStream&)>& take_large) {
  if (auto large = open_large(id, most)) {
    take_large(*large);
    return true;
  }
  const auto object = read(id);
  if (object) take(*object);
  return object.has_value();
}

std::optional<ObjectStream> ObjectReader::open_large(const Oid& id, std::uint64_t most) {
  for (const auto& pack : database_.packs()) {
    const auto number = pack.find(id);
    const auto offset = number ? pack.offset(*number) : std::nullopt;
    const auto entry = offset ? pack.entry(*offset) : std::nullopt;
    if (!entry) continue;
    const auto stream = pack.stream(entry->data);
    if (entry->kind != PackKind::blob || entry->size <= most || !is_plausible(entry->size, stream.size()))
      return std::nullopt;
    return ObjectStream{id, ObjectType::blob, entry->size, InflateStream(stream), {}};
  }
  for (const auto& objects : database_.folders()) {
    auto stream = open_loose(objects, id);
    if (stream && stream->type == ObjectType::blob && stream->size > most) return stream;
  }
  return std::nullopt;
}

std::optional<ObjectReader::Contents> ObjectReader::contents_of(const Oid& id, unsigned depth) {
  if (depth > kMaxDepth) return fail(kBroken);
  for (const auto& pack : database_.packs()) {
    const auto number = pack.find(id);
    if (!number) continue;
    if (auto contents = packed(pack, *number, depth)) return contents;
  }
  for (const auto& objects : database_.folders()) {
    if (auto stream = open_loose(objects, id)) {
      if (auto contents = loose(std::move(*stream))) return contents;
    }
  }
  return fail("it is missing", Cause::missing);
}

// From the object's entry down to one that stands by itself or is kept, then back up.
std::optional<ObjectReader::Contents> ObjectReader::packed(const Pack& pack, std::uint32_t number,
                                                           unsigned depth) {
  std::vector<std::pair<Entry, PackEntry>> chain;
  std::optional<Contents> base;
  const auto give_up = [&] {
    for (const auto& [entry, header] : chain) broken_.insert(entry);
    return fail(kBroken);
  };
  for (auto offset = pack.offset(number);;) {
    if (!offset) return give_up();
    const auto entry = pack.stream(*offset).data();
    if (broken_.contains(entry)) return give_up();
    if (const auto known = kept_.find(entry); known != kept_.end()) {
      base = known->second;
      break;
    }
    const auto header = pack.entry(*offset);
    if (!header) return give_up();
    chain.emplace_back(entry, *header);
    if (chain.size() > pack.size()) return give_up();  // they go in a circle
    if (header->kind == PackKind::offset_delta) {
      offset = header->base_offset;
    } else if (header->kind != PackKind::ref_delta) {
      break;
    } else if (const auto there = pack.find(header->base_id)) {
      offset = pack.offset(*there);
    } else {
      base = contents_of(header->base_id, depth + 1);
      if (!base) return give_up();
      break;
    }
  }
  while (!chain.empty()) {
    const auto& [entry, header] = chain.back();
    base = make(header, pack.stream(header.data), base ? &*base : nullptr);
    if (!base) return give_up();
    if (base->type != ObjectType::commit) keep(entry, *base);  // hardly ever does anything stand on one
    chain.pop_back();
  }
  return base;
}

// The object of an entry: inflated, or the base with a delta applied.
std::optional<ObjectReader::Contents> ObjectReader::make(const PackEntry& entry, std::string_view stream,
                                                         const Contents* base) {
  if (!is_plausible(entry.size, stream.size())) return std::nullopt;
  auto inflated = room_for(entry.size + Inflater::kRoom);
  if (!inflater_.inflate(stream, inflated.get(), entry.size)) return std::nullopt;
  const std::string_view bytes(inflated.get(), entry.size);
  if (base == nullptr) return Contents{object_type(entry.kind), bytes, std::move(inflated)};
  const auto size = delta_result_size(bytes, base->bytes.size());
  if (!size) return std::nullopt;
  if (*size > kLargestMade)
    return fail("deltas make it larger than " + human_bytes(kLargestMade), Cause::memory);
  auto made = room_for(*size);
  std::vector<FreshRange> fresh;
  if (!apply_delta(base->bytes, bytes, made.get(), *size, fresh)) return std::nullopt;
  const std::string_view result(made.get(), *size);
  return Contents{base->type, result, std::move(made)};
}

void ObjectReader::keep(Entry entry, const Contents& contents) {
  if (kept_bytes_ + contents.bytes.size() > kKept) {
    kept_.clear();
    kept_bytes_ = 0;
  }
  kept_bytes_ += contents.bytes.size();
  kept_.insert_or_assign(entry, contents);
}

std::optional<ObjectStream> ObjectReader::open_loose(const std::filesystem::path& objects, const Oid& id) {
  const auto name = id.hex();
  const auto path = objects / name.substr(0, 2) / name.substr(2);
  std::error_code error;
  const bool there = std::filesystem::is_regular_file(path, error);
  if (error && error != std::errc::no_such_file_or_directory && error != std::errc::not_a_directory)
    return fail("cannot read " + printable(path.native()) + ": " + error.message(), Cause::unreadable);
  if (!there) return std::nullopt;
  try {
    MappedFile file(path);
    const auto bytes = file.bytes();
    ObjectStream stream{id, ObjectType::blob, 0, InflateStream(bytes), std::move(file)};
    if (read_loose_header(stream) && is_plausible(stream.size, bytes.size())) return stream;
    return fail("its file is broken");
  } catch (const Failure& failure) {
    return fail(failure.what(), Cause::unreadable);
  }
}

std::optional<ObjectReader::Contents> ObjectReader::loose(ObjectStream stream) {
  auto room = room_for(stream.size + 1);  // to see that there is no more
  if (stream.bytes.read(room.get(), stream.size + 1) != stream.size) return fail("its file is broken");
  const std::string_view bytes(room.get(), stream.size);
  return Contents{stream.type, bytes, std::move(room)};
}

// Notes what is wrong with the object in hand; the first thing says most.
std::nullopt_t ObjectReader::fail(const std::string& problem, Cause cause) {
  if (problem_.empty()) {
    problem_ = problem;
    cause_ = cause;
  }
  return std::nullopt;
}

std::optional<Oid> peel(ObjectReader& objects, const Oid& object, ObjectType type) {
  constexpr unsigned kMaxTags = 100;  // tags of tags
  auto id = object;
  for (unsigned i = 0; i < kMaxTags; ++i) {
    const auto read = objects.read(id);
    if (!read) return std::nullopt;
    if (read->type == type) return id;
    constexpr std::string_view kField = "object ";
    if (read->type != ObjectType::tag || !read->bytes.starts_with(kField)) return std::nullopt;
    id = Oid::from_hex(read->bytes.substr(kField.size()));
  }
  return std::nullopt;
}

}  // namespace keysift
