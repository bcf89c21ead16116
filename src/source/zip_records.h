// Numbers in the records of zip archives. Section numbers are those of APPNOTE.TXT, PKWARE's description of
// the format, version 6.3.10.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace keysift::zip {

inline constexpr std::size_t kLocalSize = 30;    ///< 4.3.7, without name and extra field
inline constexpr std::size_t kCentralSize = 46;  ///< 4.3.12, without name, extra field and comment
inline constexpr std::size_t kEndSize = 22;      ///< 4.3.16, without comment
inline constexpr std::size_t kLocatorSize = 20;  ///< 4.3.15

/// 4.4.1.4: the number is in a zip64 record.
inline constexpr std::uint32_t kElsewhere16 = 0xffff;
inline constexpr std::uint32_t kElsewhere32 = 0xffffffff;

/// The `size` bytes at `at`, as a number: the lowest byte first (4.4.1.1).
inline std::uint64_t number(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = size; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}
inline std::uint32_t number16(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint32_t>(number(bytes, at, 2));
}
inline std::uint32_t number32(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint32_t>(number(bytes, at, 4));
}
inline std::uint64_t number64(std::string_view bytes, std::size_t at) { return number(bytes, at, 8); }

/// What local and central headers have in common, in the same order.
struct Fields {
  std::uint32_t flags;
  std::uint32_t method;
  std::uint32_t crc;
  std::uint32_t packed;
  std::uint32_t size;
  std::size_t name;   ///< bytes
  std::size_t extra;  ///< bytes
};

inline Fields fields_at(std::string_view bytes, std::size_t at) {
  return {number16(bytes, at),      number16(bytes, at + 2),  number32(bytes, at + 8),
          number32(bytes, at + 12), number32(bytes, at + 16), number16(bytes, at + 20),
          number16(bytes, at + 22)};
}

inline Fields local_fields(std::string_view header) { return fields_at(header, 6); }
inline Fields central_fields(std::string_view header) { return fields_at(header, 8); }

}  // namespace keysift::zip
