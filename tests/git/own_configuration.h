// Keeping the user's git configuration out of tests that open repositories themselves.
#pragma once
#include <git2.h>

#include <cstdlib>

namespace keysift::test {

/// From here on nobody reads any configuration or ignore file but those of the repositories that are opened.
inline void forget_user_configuration() {
  git_libgit2_init();
  for (const int level : {GIT_CONFIG_LEVEL_PROGRAMDATA, GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG,
                          GIT_CONFIG_LEVEL_GLOBAL}) {
    git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, "");
  }
  ::setenv("XDG_CONFIG_HOME", "/dev/null", 1);
}

}  // namespace keysift::test
