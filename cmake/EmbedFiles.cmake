# embed_files(OUT.cc FILE...): writes a C++ file that holds the named files' bytes, as rule/built_in_files.h declares them.
function(embed_files out)
  set(entries "")
  foreach(file IN LISTS ARGN)
    get_filename_component(name ${file} NAME)
    file(READ ${file} text)
    string(APPEND entries "    {\"built-in/${name}\", R\"~~~~(${text})~~~~\"},\n")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  endforeach()
  file(WRITE ${out}.new "// Made from rules/*.toml by cmake/EmbedFiles.cmake.
#include \"rule/built_in_files.h\"

#include <array>

namespace keysift {
namespace {
constexpr auto kFiles = std::to_array<BuiltInFile>({
${entries}});
}  // namespace

std::span<const BuiltInFile> built_in_files() { return kFiles; }

}  // namespace keysift
")
  file(COPY_FILE ${out}.new ${out} ONLY_IF_DIFFERENT)
endfunction()
