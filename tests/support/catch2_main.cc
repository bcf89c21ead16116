// Catch2 2 has no library of its own: its main is compiled here, once.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
