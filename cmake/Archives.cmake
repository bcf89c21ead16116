# find_archives(RESULT PACKAGES NAME... SOURCES FILE...): looks for the static libraries of packages that pkg_check_modules
# found, and of what they need. If the program of SOURCES links with them, RESULT is true, and a program whose property
# LINK_ARCHIVES is set gets them, and the compiler's own, wherever it is linked with PkgConfig::NAME.
function(find_archives result)
  cmake_parse_arguments(ARG "" "" "PACKAGES;SOURCES" ${ARGN})
  set(CMAKE_FIND_LIBRARY_SUFFIXES .a .so)
  set(options -static-libstdc++ -static-libgcc -Wl,--as-needed)
  foreach(package IN LISTS ARG_PACKAGES)
    foreach(part IN LISTS ${package}_STATIC_LIBRARIES)
      find_library(archive_${part} ${part} HINTS ${${package}_STATIC_LIBRARY_DIRS})
      mark_as_advanced(archive_${part})
      if(archive_${part})  # else it may be one that we can do without
        list(APPEND ${package}_archives ${archive_${part}})
      endif()
    endforeach()
    list(APPEND include_dirs ${${package}_INCLUDE_DIRS})
    list(APPEND archives ${${package}_archives})
  endforeach()

  if(NOT ${result})
    message(CHECK_START "Linking libraries statically")
    try_compile(${result} ${PROJECT_BINARY_DIR}/find_archives SOURCES ${ARG_SOURCES}
      CMAKE_FLAGS "-DINCLUDE_DIRECTORIES=${include_dirs}"
      LINK_OPTIONS ${options} LINK_LIBRARIES ${archives} Threads::Threads
      CXX_STANDARD 20 OUTPUT_VARIABLE output)
    if(${result})
      message(CHECK_PASS "yes")
    else()
      string(REGEX MATCH "[^\n]*(undefined reference|cannot find|error:)[^\n]*" why "${output}")
      message(CHECK_FAIL "no, so keysift takes longer to start: ${why}")
    endif()
  endif()

  if(${result})
    foreach(package IN LISTS ARG_PACKAGES)
      set(target PkgConfig::${package})
      get_target_property(shared ${target} INTERFACE_LINK_LIBRARIES)
      set(chosen $<BOOL:$<TARGET_PROPERTY:LINK_ARCHIVES>>)
      set_property(TARGET ${target} PROPERTY
        INTERFACE_LINK_LIBRARIES "$<IF:${chosen},${${package}_archives},${shared}>")
      set_property(TARGET ${target} APPEND PROPERTY INTERFACE_LINK_OPTIONS "$<${chosen}:${options}>")
    endforeach()
  endif()
endfunction()
