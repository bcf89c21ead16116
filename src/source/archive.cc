#include "source/archive.h"

#include <archive_entry.h>
#include <locale.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <functional>
#include <new>
#include <optional>
#include <utility>
#include <vector>

#include "base/stop.h"
#include "base/text.h"
#include "source/archive_kind.h"
#include "source/contents.h"
#include "source/zip.h"
#include "source/zip_layout.h"

namespace keysift {
namespace {

// Made once: ThreadSanitizer does not see the lock that freelocale() takes.
locale_t utf8_locale() {
  static const locale_t utf8 = [] {
    const locale_t made = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    if (made == nullptr && errno == ENOMEM) throw std::bad_alloc();
    return made;
  }();
  return utf8;
}

// Names beyond ASCII come out of libarchive only where the thread's locale can hold them.
class Utf8Locale {
 public:
  Utf8Locale() : before_(utf8_locale() == nullptr ? nullptr : uselocale(utf8_locale())) {}
  ~Utf8Locale() {
    if (before_ != nullptr) uselocale(before_);
  }
  Utf8Locale(const Utf8Locale&) = delete;
  Utf8Locale& operator=(const Utf8Locale&) = delete;

 private:
  locale_t before_;
};

std::string plain_name(std::string_view name) {
  while (name.starts_with("./")) name.remove_prefix(2);
  return std::string(name);
}

std::string name_of(archive* reader, archive_entry* entry) {
  if (archive_format(reader) == ARCHIVE_FORMAT_RAW) return {};
  const char* name = archive_entry_pathname(entry);
  if (name == nullptr) name = archive_entry_pathname_utf8(entry);
  return plain_name(name == nullptr ? "" : name);
}

// The bytes of a zip archive from a member's header on.
class ZipStream {
 public:
  ZipStream(const BytesAt& bytes, const ZipHeader& header)
      : bytes_(bytes), at_(header.at + header.bytes.size()), header_(header.bytes) {
    // By this, libarchive takes what is no folder for one, and reads nothing of it.
    if (header_.ends_with('/') || header_.ends_with('\\')) header_.back() = '_';
  }

  // Returns libarchive's status.
  int open(archive* reader) {
    const auto give = [](archive*, void* from, const void** out) -> la_ssize_t {
      auto& stream = *static_cast<ZipStream*>(from);
      std::string_view block = stream.header_;
      if (std::exchange(stream.begun_, true)) {
        block = stream.bytes_(stream.at_, kArchiveBlock);
        stream.at_ += block.size();
      }
      *out = block.data();
      return static_cast<la_ssize_t>(block.size());
    };
    return archive_read_open(reader, this, nullptr, give, nullptr);
  }

 private:
  const BytesAt& bytes_;
  std::uint64_t at_;
  std::string header_;
  bool begun_ = false;
};

// The bytes of the member that a reader has come to.
class MemberBytes {
 public:
  // If all bytes are here already, the reader is not asked.
  MemberBytes(archive* reader, std::uint64_t& left, std::optional<std::string_view> whole)
      : reader_(reader), left_(left) {
    if (!whole) return;
    block_ = *whole;
    status_ = ARCHIVE_EOF;
  }

  // As a ByteReader. EFBIG when nothing is left that may be unpacked; EIO, and problem() has libarchive's
  // words.
  std::ptrdiff_t read(char* out, std::size_t size) {
    while (block_.empty() && status_ == ARCHIVE_OK) {
      const void* data = nullptr;
      std::size_t length = 0;
      la_int64_t offset = 0;  // where a sparse file goes on: its holes have nothing to search
      status_ = archive_read_data_block(reader_, &data, &length, &offset);
      if (status_ == ARCHIVE_OK) block_ = {static_cast<const char*>(data), length};
    }
    if (block_.empty()) return status_ == ARCHIVE_EOF ? 0 : -EIO;
    const auto count =
        static_cast<std::size_t>(std::min<std::uint64_t>(std::min(size, block_.size()), left_));
    if (count == 0) return -EFBIG;
    left_ -= count;
    std::copy_n(block_.data(), count, out);
    block_.remove_prefix(count);
    return static_cast<std::ptrdiff_t>(count);
  }

  bool ends_archive() const { return status_ == ARCHIVE_FATAL; }

 private:
  archive* reader_;
  std::uint64_t& left_;
  std::string_view block_;
  int status_ = ARCHIVE_OK;
};

// An archive, with those in it.
class Unpacking {
 public:
  Unpacking(const Blob& outer, std::uint64_t outer_size, const ReadOptions& options, unsigned worker,
            const BlobSink& sink, const ErrorSink& on_error)
      : outer_(outer),
        pieces_(options.pieces),
        worker_(worker),
        sink_(sink),
        on_error_(on_error),
        limits_(options.limits.archive),
        most_bytes_(most_bytes(outer_size, limits_)),
        bytes_left_(most_bytes_),
        members_left_(limits_.members),
        buffers_(limits_.depth),
        unpackers_(limits_.depth) {}

  // An archive in memory.
  void read(Kind kind, std::string_view bytes) {
    const Source source{
        [bytes](std::uint64_t at, std::size_t size) {
          return bytes.substr(std::min<std::uint64_t>(at, bytes.size()), size);
        },
        bytes.size(),
        [bytes](archive* reader) { return archive_read_open_memory(reader, bytes.data(), bytes.size()); }};
    if (kind == Kind::zip) return read_zip(source, zip_members(bytes));
    read(kind, source);
  }

  void read(Kind kind, const Source& source) {
    if (kind == Kind::zip) return read_zip(source, {});
    if (kind == Kind::tar || is_compressed(kind)) return read_contents(kind, source);
    const auto reader = archive_reader(kind);
    if (open(reader.get(), source.open)) read_members(reader.get());
  }

 private:
  static std::uint64_t most_bytes(std::uint64_t outer_size, const ArchiveLimits& limits) {
    const auto in_ratio = outer_size > limits.size / limits.ratio ? limits.size : outer_size * limits.ratio;
    return std::min(limits.size, std::max(limits.least, in_ratio));
  }

  // False if that could not be; then it has been told.
  bool open(archive* reader, const std::function<int(archive*)>& open) {
    // An empty file opens, and so does one that is broken from its beginning; but not without an error.
    if (open(reader) == ARCHIVE_OK && archive_errno(reader) == 0) return true;
    complain({"archive cannot be read (" + words_of(reader) + ")", Cause::broken});
    return false;
  }

  // Of a tar that is compressed, nothing but this sees what comes after its end.
  void read_contents(Kind kind, const Source& source) {
    Contents contents(kind, source);
    const auto open_contents = [&](archive* reader) { return contents.open(reader); };
    // Whether it is a tar we look ourselves: for libarchive whatever begins with zeros, such as an image of a
    // disk, is an empty one.
    bool is_tar = kind_of(contents.peek()) == Kind::tar;
    for (;;) {
      const auto reader = archive_reader(is_tar ? Kind::tar : Kind::none);
      // What is no tar for all its mark hides nothing.
      if (kind == Kind::tar && contents.open(reader.get()) != ARCHIVE_OK) return;
      if (kind != Kind::tar && !open(reader.get(), open_contents)) return;
      if (!read_members(reader.get()) || !is_tar) return;
      contents.end_reader(static_cast<std::uint64_t>(archive_filter_bytes(reader.get(), 0)));
      const auto zeros = contents.skip_zeros(bytes_left_);
      if (zeros > bytes_left_) return stop_at_size();
      bytes_left_ -= zeros;
      is_tar = kind_of(contents.peek()) == Kind::tar;
      if (contents.peek().empty() || (kind == Kind::tar && !is_tar)) break;
    }
    if (!contents.problem().empty())
      complain({"archive cannot be read to its end (" + contents.problem() + ")", Cause::broken});
  }

  // `members`, if any, are all that there are.
  void read_zip(const Source& source, const std::vector<ZipMember>& members) {
    const auto layout = zip_layout(source.bytes, source.size);
    auto rest = layout.rest;
    std::uint64_t unread = 0;
    if (!layout.entries.empty()) read_listed(source, layout.entries, members, rest, unread);
    for (auto& range : rest) {
      for (auto header = next_zip_header(source.bytes, range); header && !stopped_;
           header = next_zip_header(source.bytes, range))
        range.begin = header->at + read_unlisted(source, *header, unread);
    }
    if (!layout.has_directory && unread == 0 && !stopped_)
      complain({"archive has no directory that can be read, and may be cut short; what there is was searched",
                Cause::broken});
    tell_unread(unread);
  }

  // What libarchive does not take for a file, or does not come to, is added to `rest`.
  void read_listed(const Source& source, const std::vector<ZipEntry>& entries,
                   const std::vector<ZipMember>& members, std::vector<ZipRange>& rest,
                   std::uint64_t& unread) {
    const auto leave = [&](const ZipEntry& entry) { rest.push_back({entry.at, entry.at + 1}); };
    std::size_t reached = 0;
    const auto take = [&](std::size_t number, archive_entry* entry) {
      reached = number + 1;
      // For libarchive, a folder or a device holds nothing.
      if (number < entries.size() && entries[number].holds && archive_entry_filetype(entry) != AE_IFREG)
        leave(entries[number]);
      return number < members.size() ? &members[number] : nullptr;
    };
    const auto reader = archive_reader(Kind::zip);
    if (open(reader.get(), source.open) && each_member(reader.get(), unread, take)) return;
    for (; reached < entries.size(); ++reached) leave(entries[reached]);
  }

  // Returns how many bytes it takes up.
  std::uint64_t read_unlisted(const Source& source, const ZipHeader& header, std::uint64_t& unread) {
    check_stop();
    if (!count_member()) return 0;
    ZipStream stream(source.bytes, header);
    const auto reader = zip_stream_reader();
    chain_.push_back(plain_name(header.name()));
    const auto entry = new_entry(reader.get());
    if (stream.open(reader.get()) != ARCHIVE_OK ||
        archive_read_next_header2(reader.get(), entry.get()) < ARCHIVE_WARN) {
      tell(Problem("cannot be read (" + words_of(reader.get()) + ")", Cause::broken), unread);
    } else if (archive_entry_filetype(entry.get()) != AE_IFREG) {
      tell(Problem("is said to be no file, and was not searched", Cause::broken), unread);
    } else if (const auto problem = read_member(reader.get(), entry.get(), nullptr, nullptr)) {
      tell(*problem, unread);
    }
    // Which may inflate, and nobody counts how much: after a bomb, or of no file, never.
    if (!stopped_ && archive_entry_filetype(entry.get()) == AE_IFREG) archive_read_data_skip(reader.get());
    chain_.pop_back();
    const auto used = archive_filter_bytes(reader.get(), 0);
    return std::max<std::uint64_t>(header.bytes.size(),
                                   static_cast<std::uint64_t>(std::max<la_int64_t>(used, 0)));
  }

  // False if there may be more than was read, which was told.
  bool read_members(archive* reader) {
    std::uint64_t unread = 0;
    const bool whole =
        each_member(reader, unread, [](std::size_t, archive_entry*) -> const ZipMember* { return nullptr; });
    tell_unread(unread);
    return whole;
  }

  // `in_memory` says of each member by its number where it is, if that is known. Returns as read_members().
  bool each_member(archive* reader, std::uint64_t& unread,
                   const std::function<const ZipMember*(std::size_t, archive_entry*)>& in_memory) {
    bool ended = false;
    const auto entry = new_entry(reader);
    for (std::size_t number = 0; !ended && !stopped_; ++number) {
      const int status = archive_read_next_header2(reader, entry.get());
      if (status == ARCHIVE_EOF) break;
      if (status == ARCHIVE_FATAL) {
        complain({"archive cannot be read to its end (" + words_of(reader) + ")", Cause::broken});
        return false;
      }
      if (!count_member()) return false;
      chain_.push_back(name_of(reader, entry.get()));
      check_stop();
      if (status < ARCHIVE_WARN) {
        tell(Problem("cannot be read (" + words_of(reader) + ")", Cause::broken), unread);
      } else if (const auto problem =
                     read_member(reader, entry.get(), in_memory(number, entry.get()), &ended)) {
        tell(*problem, unread);
      }
      chain_.pop_back();
    }
    return !ended && !stopped_;
  }

  // False if there are more members than may be; then that has been told.
  bool count_member() {
    if (members_left_ == 0) {
      stop(Cause::archive_members, "archive has more than " + counted(limits_.members, "member"));
      return false;
    }
    --members_left_;
    return true;
  }

  // Of an archive's members that cannot be read, the first is told.
  void tell(const Problem& problem, std::uint64_t& unread) {
    if (++unread == 1) complain(problem);
  }

  // And how many others there are.
  void tell_unread(std::uint64_t unread) {
    if (unread > 1)
      complain({"archive has " + counted(unread - 1, "more member") + " that cannot be read", Cause::broken});
  }

  // Returns what of it could not be read, and why; `ended`, if given, says that nothing after it can be read,
  // either.
  std::optional<Problem> read_member(archive* reader, archive_entry* entry, const ZipMember* in_memory,
                                     bool* ended) {
    if (archive_entry_is_encrypted(entry)) return Problem("is encrypted", Cause::encrypted);
    const auto whole = in_memory == nullptr ? std::nullopt : unpacked(entry, *in_memory);
    auto member = outer_;
    member.fresh = {};
    member.members = chain_;
    if (whole && whole->size() < pieces_.step + pieces_.overlap && whole->size() <= bytes_left_)
      return hand_on_whole(member, *whole);
    MemberBytes bytes(reader, bytes_left_, whole);
    KindOfPieces kind;
    std::string archived;  // all of it, if it may be an archive and is not `whole`
    const auto read = [&](char* out, std::size_t size) {
      const auto count = bytes.read(out, size);
      if (count > 0 && kind.kind() != Kind::none && !whole && archived.size() <= limits_.nested)
        archived.append(out, static_cast<std::size_t>(count));
      return count;
    };
    const auto hand_on = [&](const Blob& piece) {
      kind.take(piece);
      if (piece.own_begin == 0 && kind.kind() != Kind::none && !whole) archived = piece.bytes;
      sink_(piece, worker_);
    };
    const int error = read_pieces(read, member, pieces_, buffers_[chain_.size() - 1], hand_on);
    if (error == EFBIG) {
      stop_at_size();
      return std::nullopt;
    }
    if (ended != nullptr) *ended = bytes.ends_archive();
    const bool no_more = bytes.ends_archive() && archive_format(reader) != ARCHIVE_FORMAT_ZIP;
    if (error != 0) {
      return Problem("cannot be read to its end" + std::string(no_more ? ", nor what follows it" : "") +
                         " (" + words_of(reader) + ")",
                     Cause::broken);
    }
    const std::string_view all = whole ? *whole : std::string_view(archived);
    const auto known = all.size() > limits_.nested ? kind.kind() : kind_of(all);
    return known == Kind::none ? std::nullopt : read_archived(known, all);
  }

  // What is in memory, and not too much for a piece, is handed on where it lies.
  std::optional<Problem> hand_on_whole(Blob& member, std::string_view bytes) {
    bytes_left_ -= bytes.size();
    member.bytes = bytes;
    if (!bytes.empty()) sink_(member, worker_);
    check_stop();
    const auto kind = kind_of(bytes);
    return kind == Kind::none ? std::nullopt : read_archived(kind, bytes);
  }

  // What libarchive would read of the member that it has come to, if we can tell without it. Whatever is
  // broken or goes beyond the limits is its to read, and to find words for.
  std::optional<std::string_view> unpacked(archive_entry* entry, const ZipMember& member) {
    const bool same = archive_entry_filetype(entry) == AE_IFREG && archive_entry_size(entry) == member.size;
    const bool too_large =
        member.deflated && member.size > std::min<std::uint64_t>(limits_.nested, bytes_left_);
    if (!same || too_large) return std::nullopt;
    return unpackers_[chain_.size() - 1].unpack(member);
  }

  std::optional<Problem> read_archived(Kind kind, std::string_view bytes) {
    if (chain_.size() == limits_.depth) {
      return beyond(Cause::archive_depth, "is an archive inside " + counted(limits_.depth, "other") +
                                              "; its members were not searched");
    }
    if (bytes.size() > limits_.nested) {
      return beyond(Cause::archive_nested, "is an archive of more than " + human_bytes(limits_.nested) +
                                               " inside another; its members were not searched");
    }
    read(kind, bytes);
    return std::nullopt;
  }

  void complain(const Problem& problem) {
    on_error_(member_path(outer_.path.empty() ? outer_.object.hex() : std::string(outer_.path), chain_),
              problem, worker_);
  }

  void stop_at_size() {
    stop(most_bytes_ == limits_.size ? Cause::archive_size : Cause::archive_ratio,
         "unpacks to more than " + human_bytes(most_bytes_));
  }

  void stop(Cause limit, const std::string& words) {
    complain(beyond(limit, words + "; the rest was not searched"));
    stopped_ = true;
  }

  Utf8Locale locale_;
  Blob outer_;
  PieceSize pieces_;
  unsigned worker_;
  const BlobSink& sink_;
  const ErrorSink& on_error_;
  const ArchiveLimits& limits_;
  std::uint64_t most_bytes_;
  std::uint64_t bytes_left_;
  std::uint64_t members_left_;
  bool stopped_ = false;
  std::vector<std::string> chain_;      // names of the members that we are in
  std::vector<std::string> buffers_;    // by depth
  std::vector<ZipUnpacker> unpackers_;  // by depth
};

// Members of an archive in a file that need not fit into memory.
void read_members_of_file(int file, const Blob& outer, Kind kind, const ReadOptions& options, unsigned worker,
                          const BlobSink& sink, const ErrorSink& on_error) {
  struct stat status {};
  if (fstat(file, &status) != 0 || lseek(file, 0, SEEK_SET) != 0) {
    on_error(std::string(outer.path),
             "archive in a pipe, more than " + human_bytes(options.pieces.step) +
                 ": its members were not searched; name a file instead",
             worker);
    return;
  }
  Unpacking unpacking(outer, static_cast<std::uint64_t>(status.st_size), options, worker, sink, on_error);
  std::string block;
  const auto bytes = [&](std::uint64_t at, std::size_t size) {
    block.resize(size);
    const auto got = pread(file, block.data(), size, static_cast<off_t>(at));
    return std::string_view(block).substr(0, got < 0 ? 0 : static_cast<std::size_t>(got));
  };
  unpacking.read(kind, Source{bytes, static_cast<std::uint64_t>(status.st_size), [&](archive* reader) {
                                lseek(file, 0, SEEK_SET);
                                return archive_read_open_fd(reader, file, kArchiveBlock);
                              }});
}

}  // namespace

bool is_archive(std::string_view bytes) { return kind_of(bytes) != Kind::none; }

void read_members(const Blob& outer, const ReadOptions& options, unsigned worker, const BlobSink& sink,
                  const ErrorSink& on_error) {
  const auto kind = kind_of(outer.bytes);
  if (kind == Kind::none) return;
  Unpacking unpacking(outer, outer.bytes.size(), options, worker, sink, on_error);
  unpacking.read(kind, outer.bytes);
}

int read_with_members(int file, std::uint64_t file_size, const Blob& whole, const ReadOptions& options,
                      std::string& buffer, unsigned worker, const BlobSink& sink, const ErrorSink& on_error) {
  KindOfPieces kind;
  bool first = true;
  bool in_one_piece = false;
  const auto take = [&](const Blob& piece) {
    sink(piece, worker);
    // Before a hole, a piece is the last of a part.
    in_one_piece =
        std::exchange(first, false) && piece.own_end == SIZE_MAX && piece.bytes.size() >= file_size;
    if (in_one_piece) read_members(piece, options, worker, sink, on_error);
    kind.take(piece);
  };
  const int error =
      read_file_pieces(file, file_size, options.limits.blob_size, whole, options.pieces, buffer, take);
  if (error == EFBIG) on_error(std::string(whole.path), too_large(options.limits), worker);
  if (error != 0 && error != EFBIG) return error;
  if (!in_one_piece && kind.kind() != Kind::none)
    read_members_of_file(file, whole, kind.kind(), options, worker, sink, on_error);
  return 0;
}

std::string member_path(std::string path, std::span<const std::string> members) {
  for (const auto& member : members) {
    auto name = member;
    if (name.empty()) {
      const auto folder = path.find_last_of("/!");
      name = path.substr(folder == std::string::npos ? 0 : folder + 1);
      if (const auto extension = name.rfind('.'); extension != std::string::npos && extension > 0)
        name.resize(extension);
    }
    path += '!' + name;
  }
  return path;
}

}  // namespace keysift
