# embed_files(OUT.cc HEADER FUNCTION FILE...): writes a C++ file that holds the named files' bytes and FUNCTION, which returns
# them, as the header declares it.
function(embed_files out header function)
  set(entries "")
  foreach(file IN LISTS ARGN)
    get_filename_component(name ${file} NAME)
    file(READ ${file} text)
    string(APPEND entries "    {\"built-in/${name}\", R\"~~~~(${text})~~~~\"},\n")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  endforeach()
  file(WRITE ${out}.new "// Made by cmake/EmbedFiles.cmake.
#include \"${header}\"

#include <array>

namespace keysift {
namespace {
constexpr auto kFiles = std::to_array<BuiltInFile>({
${entries}});
}  // namespace

std::span<const BuiltInFile> ${function}() { return kFiles; }

}  // namespace keysift
")
  file(COPY_FILE ${out}.new ${out} ONLY_IF_DIFFERENT)
endfunction()
