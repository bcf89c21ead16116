# Makes a slip in code that reads a stranger's bytes harder to use. Flags that the libraries' check (Archives.cmake) must
# see, too, go into CMake's variables.
include(CheckCXXCompilerFlag)
include(CheckCXXSourceCompiles)

# -fPIE, not CMake's own property: that compiles libraries with -fPIC, though they all end in programs.
string(APPEND CMAKE_CXX_FLAGS " -fPIE")
string(APPEND CMAKE_EXE_LINKER_FLAGS " -pie -Wl,-z,relro,-z,now,-z,noexecstack")

set(CMAKE_REQUIRED_FLAGS -Werror)
foreach(flag IN ITEMS -fstack-protector-strong -fstack-clash-protection -fcf-protection -mbranch-protection=standard)
  string(MAKE_C_IDENTIFIER "takes${flag}" takes)
  check_cxx_compiler_flag(${flag} ${takes})
  if(${takes})
    add_compile_options(${flag})
  endif()
endforeach()
add_compile_definitions(_GLIBCXX_ASSERTIONS)

# Without optimisation there is none, and sanitizers look for themselves. Distributions may set it already, to 2 as a rule.
if(NOT KEYSIFT_SANITIZE)
  set(CMAKE_REQUIRED_FLAGS "-Werror -O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3")
  check_cxx_source_compiles("#include <cstdlib>
    static_assert(__USE_FORTIFY_LEVEL == 3);
    int main() {}" HAS_FORTIFY_3)
  set(level $<IF:$<BOOL:${HAS_FORTIFY_3}>,3,2>)
  add_compile_options("$<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE;-D_FORTIFY_SOURCE=${level}>")
endif()
unset(CMAKE_REQUIRED_FLAGS)
