// Calls what keysift calls of its libraries, or as much as needs the same of them. It is built, not run.
#include <archive.h>
#include <git2.h>
#include <hs.h>
#include <libdeflate.h>
#include <re2/re2.h>
#include <sha2.h>
#include <yaml.h>
#include <zlib.h>

int main() {
  git_repository* repository = nullptr;
  git_object* object = nullptr;
  git_libgit2_init();
  git_repository_open_ext(&repository, ".", 0, nullptr);
  git_revparse_ext(&object, nullptr, repository, "HEAD");

  archive* reader = archive_read_new();
  archive_read_append_filter(reader, ARCHIVE_FILTER_ZSTD);
  archive_read_support_format_zip(reader);
  archive_read_support_format_7zip(reader);
  archive_read_support_format_ar(reader);
  archive_read_support_format_tar(reader);
  archive_read_support_format_raw(reader);
  archive_read_support_format_empty(reader);
  archive_read_open_fd(reader, 0, 1);

  hs_database_t* database = nullptr;
  hs_compile_lit_multi(nullptr, nullptr, nullptr, nullptr, 0, HS_MODE_BLOCK, nullptr, &database, nullptr);
  hs_scan(database, "", 0, 0, nullptr, nullptr, nullptr);

  SHA2_CTX hash;
  SHA256Init(&hash);
  libdeflate_alloc_decompressor();
  yaml_parser_initialize(nullptr);
  inflate(nullptr, 0);
  return RE2::PartialMatch("", RE2("")) ? 0 : 1;
}
