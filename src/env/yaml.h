// YAML, read by libyaml.
#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace keysift {

/// A node of a YAML document. An alias is the very node that its anchor is at.
struct YamlNode {
  using Ptr = std::shared_ptr<const YamlNode>;
  enum class Kind { scalar, list, map };

  Kind kind = Kind::scalar;
  std::size_t line = 0;                            ///< where it begins, from 1
  std::size_t depth = 1;                           ///< of nodes in nodes, itself included
  std::string text;                                ///< of a scalar
  std::vector<Ptr> items;                          ///< of a list
  std::vector<std::pair<std::string, Ptr>> pairs;  ///< of a map whose keys are scalars, in the file's order

  /// The value of a map's key, its own or one that `<<` merges in; nullptr if there is none.
  Ptr get(std::string_view key) const;
};

/// The first document of a file; nullptr if it is no YAML, nests deeper than people do or has too many nodes.
YamlNode::Ptr parse_yaml(std::string_view bytes);

}  // namespace keysift
