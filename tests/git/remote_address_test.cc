#include "git/remote_address.h"

#include "support/catch.h"

using keysift::name_at;
using keysift::public_address;

TEST_CASE("a remote's address without what may be secret") {
  CHECK(public_address("https://github.com/acme/shop.git") == "https://github.com/acme/shop");
  CHECK(public_address("https://ann:secret@example.org:8443/a/b/c.git/?token=x#y") ==
        "https://example.org:8443/a/b/c");
  CHECK(public_address("https://token@a@example.org/shop") == "https://example.org/shop");
  CHECK(public_address("ssh://git@example.org:2222/~ann/shop") == "ssh://example.org:2222/~ann/shop");
  CHECK(public_address("git@example.org:acme/shop.git") == "ssh://example.org/acme/shop");
  CHECK(public_address("example.org:/srv/shop.git") == "ssh://example.org/srv/shop");
  CHECK(public_address("git://[::1]/shop/") == "git://[::1]/shop");
}

TEST_CASE("what is no address that others may know") {
  for (const char* address :
       {"", "/srv/git/shop.git", "../shop", "./a:b", "file:///srv/shop", "ext::sh -c x", "https://",
        "https://example.org", "https://example.org/", "javascript:alert(1)//", "https://example.org/a b",
        "https://example.org/\x1b[2J", "https://example.org/\"><b>"})
    CHECK(public_address(address) == "");
}

TEST_CASE("what people call a repository") {
  CHECK(name_at("https://github.com/acme/shop") == "acme/shop");
  CHECK(name_at("https://example.org/groups/a/shop") == "a/shop");
  CHECK(name_at("ssh://example.org/shop") == "shop");
  CHECK(name_at("") == "");
}
