// Who wrote a commit or a tag.
#pragma once
#include <string>
#include <string_view>

#include "base/position.h"

namespace keysift {

/// What a commit or tag object says of its making. Raw bytes, but for the date.
struct Authorship {
  std::string author;   ///< "Name <mail>"; shortened like the summary
  std::string date;     ///< author's or tagger's, ISO 8601 with their own offset; empty if it cannot be read
  std::string summary;  ///< first line of the message; its first 200 bytes and "..." if it is longer
};

/// Reads the author (of a tag: the tagger) and the first line of the message from an object's bytes. What is
/// not there is empty.
Authorship parse_authorship(std::string_view object);

/// What people wrote into the headers of a commit or tag object: who made it, and of a commit further
/// headers, such as the tag that was merged, but for its signature.
struct Header {
  std::string_view bytes;
  Position start;  ///< in the object
};
Header header_of(std::string_view object);

/// The message of a commit or tag object: what follows the empty line after the headers.
std::string_view message_of(std::string_view object);

}  // namespace keysift
