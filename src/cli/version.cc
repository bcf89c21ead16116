#include "cli/version.h"

#include <archive.h>
#include <git2.h>
#include <hs.h>
#include <libdeflate.h>

#include <string_view>
#include <vector>

#include "base/sandbox.h"
#include "base/version.h"

namespace keysift {
namespace {

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const auto& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

std::string sandbox_line() {
  return kSanitized ? "none: built with sanitizers" : to_string(put_up_sandbox({}));
}

std::string memory_line() {
  return kSanitized ? "not private: built with sanitizers"
                    : "private (no core dumps, no other process reads it)";
}

// The first three are the linker's (cmake/Hardening.cmake). What the compiler says of this file holds for all
// of keysift's own; its libraries are as their distributor made them.
std::string build_line() {
  std::vector<std::string> parts{"PIE", "full RELRO", "no executable stack"};
#if defined(__SSP_STRONG__) || defined(__SSP_ALL__)
  parts.emplace_back("stack protector");
#endif
#if defined(__USE_FORTIFY_LEVEL) && __USE_FORTIFY_LEVEL > 0
  parts.push_back("_FORTIFY_SOURCE=" + std::to_string(__USE_FORTIFY_LEVEL));
#endif
#ifdef _GLIBCXX_ASSERTIONS
  parts.emplace_back("libstdc++'s assertions");
#endif
#if defined(__CET__) || defined(__ARM_FEATURE_BTI_DEFAULT)
  parts.emplace_back("branches of its own code marked");
#endif
  if (kSanitized) parts.emplace_back("sanitizers");
  return joined(parts);
}

std::string libraries_line() {
  int major = 0;
  int minor = 0;
  int patch = 0;
  git_libgit2_version(&major, &minor, &patch);
  const std::string_view vectorscan = hs_version();  // ends with a date
  const std::string_view archive = archive_version_string();
  return joined(
      {"libgit2 " + std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch),
       std::string("RE2 ") + kRe2Version,
       "Vectorscan " + std::string(vectorscan.substr(0, vectorscan.find(' '))), std::string(archive),
       "libdeflate " LIBDEFLATE_VERSION_STRING});
}

}  // namespace

std::string version_line() { return std::string("keysift ") + kVersion; }

std::string version_in_full() {
  return version_line() + "\nsandbox: " + sandbox_line() + "\nmemory: " + memory_line() +
         "\nbuild: " + build_line() + "\nlibraries: " + libraries_line();
}

}  // namespace keysift
