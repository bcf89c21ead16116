#include "support/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <zlib.h>

#include <memory>
#include <stdexcept>

namespace keysift::test {
namespace {

struct Free {
  void operator()(archive* writer) const { archive_write_free(writer); }
  void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};

void check(archive* writer, int status) {
  if (status != ARCHIVE_OK) throw std::runtime_error(archive_error_string(writer));
}

la_ssize_t append(archive*, void* bytes, const void* more, std::size_t size) {
  static_cast<std::string*>(bytes)->append(static_cast<const char*>(more), size);
  return static_cast<la_ssize_t>(size);
}

}  // namespace

std::string archive_of(const std::vector<Member>& members, const std::string& format,
                       const std::string& filter, const std::string& options) {
  std::string bytes;
  const std::unique_ptr<archive, Free> owner(archive_write_new());
  auto* writer = owner.get();
  check(writer, archive_write_set_format_by_name(writer, format.c_str()));
  if (!filter.empty()) check(writer, archive_write_add_filter_by_name(writer, filter.c_str()));
  if (!options.empty()) {
    check(writer, archive_write_set_options(writer, options.c_str()));
    check(writer, archive_write_set_passphrase(writer, "tester"));
  }
  archive_write_set_bytes_in_last_block(writer, 1);
  check(writer, archive_write_open(writer, &bytes, nullptr, append, nullptr));
  for (const auto& member : members) {
    const std::unique_ptr<archive_entry, Free> entry(archive_entry_new());
    archive_entry_copy_pathname(entry.get(), member.name.c_str());
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_perm(entry.get(), 0644);
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(member.bytes.size()));
    check(writer, archive_write_header(writer, entry.get()));
    if (archive_write_data(writer, member.bytes.data(), member.bytes.size()) < 0)
      check(writer, ARCHIVE_FATAL);
  }
  check(writer, archive_write_close(writer));
  return bytes;
}

std::string compressed(std::string_view bytes, const std::string& filter) {
  return archive_of({{"data", std::string(bytes)}}, "raw", filter);
}

std::string zlib_of(std::string_view bytes, int level) {
  auto size = compressBound(bytes.size());
  std::string stream(size, '\0');
  if (compress2(reinterpret_cast<Bytef*>(stream.data()), &size, reinterpret_cast<const Bytef*>(bytes.data()),
                bytes.size(), level) != Z_OK)
    throw std::runtime_error("zlib cannot compress");
  return stream.substr(0, size);
}

}  // namespace keysift::test
