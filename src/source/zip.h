// Members of zip archives in memory, unpacked at once: libarchive would have zlib inflate them, which takes
// more than twice as long as libdeflate.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

struct libdeflate_decompressor;

namespace keysift {

/// A member of a zip archive, as it lies there.
struct ZipMember {
  std::size_t header = 0;  ///< where its local header is
  std::string_view packed;
  bool deflated = false;   ///< else stored
  std::uint32_t size = 0;  ///< unpacked
  std::uint32_t crc = 0;   ///< of what it unpacks to
};

/// The members of a zip archive, one after the other as they lie there, which is how libarchive comes to
/// them; folders included. None at all if something is not as in nearly all archives: more than stored and
/// deflated members, encryption, zip64, several volumes, headers that disagree, members that overlap, gaps in
/// the central directory. Nothing was unpacked yet: that `size` and `crc` are true is for ZipUnpacker to say.
std::vector<ZipMember> zip_members(std::string_view archive);

/// Whether bytes end as a zip archive does that is not empty. It takes a look at the last 64 KiB of them.
bool ends_like_zip(std::string_view bytes);

/// Unpacks members. One for each thread.
class ZipUnpacker {
 public:
  /// What a member holds; nothing if that is broken. It lies in the archive or in here, until the next call.
  std::optional<std::string_view> unpack(const ZipMember& member);

 private:
  struct Free {
    void operator()(libdeflate_decompressor* decompressor) const;
  };

  std::optional<std::string_view> inflate(const ZipMember& member);
  void make_room(std::size_t size);

  std::unique_ptr<libdeflate_decompressor, Free> decompressor_;
  std::unique_ptr<char[]> room_;
  std::size_t room_size_ = 0;
};

}  // namespace keysift
