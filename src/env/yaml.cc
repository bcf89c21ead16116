#include "env/yaml.h"

#include <yaml.h>

#include <algorithm>
#include <map>
#include <new>
#include <optional>

namespace keysift {
namespace {

constexpr std::size_t kDeepest = 100;
constexpr std::size_t kMostNodes = 100'000;
constexpr std::size_t kMostMerges = 16;  // maps that are merged into one another

std::string text_of(const yaml_char_t* text) { return text ? reinterpret_cast<const char*>(text) : ""; }

// Makes nodes of libyaml's events, without calling itself.
class Builder {
 public:
  explicit Builder(std::string_view bytes) {
    if (yaml_parser_initialize(&parser_) == 0) throw std::bad_alloc();  // it fails for nothing else
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(bytes.data()),
                                 bytes.size());
  }
  ~Builder() { yaml_parser_delete(&parser_); }
  Builder(const Builder&) = delete;
  Builder& operator=(const Builder&) = delete;

  YamlNode::Ptr build() {
    for (bool more = true; more;) {
      yaml_event_t event;
      if (yaml_parser_parse(&parser_, &event) == 0) {
        if (parser_.error == YAML_MEMORY_ERROR) throw std::bad_alloc();
        return nullptr;
      }
      const bool went_well = take(event);
      more = event.type != YAML_STREAM_END_EVENT && event.type != YAML_DOCUMENT_END_EVENT;
      yaml_event_delete(&event);
      if (!went_well) return nullptr;
    }
    return root_;
  }

 private:
  using Node = std::shared_ptr<YamlNode>;

  struct Open {
    Node node;
    std::optional<std::string> key;  // of a map: the key whose value is to come
  };

  bool take(const yaml_event_t& event) {
    switch (event.type) {
      case YAML_SCALAR_EVENT: {
        const auto& scalar = event.data.scalar;
        return add(event, YamlNode::Kind::scalar, scalar.anchor,
                   std::string(reinterpret_cast<const char*>(scalar.value), scalar.length));
      }
      case YAML_SEQUENCE_START_EVENT:
        return add(event, YamlNode::Kind::list, event.data.sequence_start.anchor, {});
      case YAML_MAPPING_START_EVENT:
        return add(event, YamlNode::Kind::map, event.data.mapping_start.anchor, {});
      case YAML_SEQUENCE_END_EVENT:
      case YAML_MAPPING_END_EVENT:
        return close();
      case YAML_ALIAS_EVENT: {
        const auto found = anchors_.find(text_of(event.data.alias.anchor));
        if (found == anchors_.end() || is_open(found->second)) return false;
        attach(found->second);
        return deepen(*found->second);
      }
      default:
        return true;
    }
  }

  bool close() {
    const auto closed = std::move(open_.back().node);
    open_.pop_back();
    return deepen(*closed);
  }

  // Aliases put what is deep into what is deep, and a chain of them would be freed by as many calls.
  bool deepen(const YamlNode& child) {
    if (open_.empty()) return true;
    auto& parent = *open_.back().node;
    parent.depth = std::max(parent.depth, child.depth + 1);
    return parent.depth <= kDeepest;
  }

  // Only then could a node hold itself.
  bool is_open(const Node& node) const {
    for (const auto& each : open_)
      if (each.node == node) return true;
    return false;
  }

  bool add(const yaml_event_t& event, YamlNode::Kind kind, const yaml_char_t* anchor, std::string text) {
    if (++nodes_ > kMostNodes || open_.size() >= kDeepest) return false;
    auto node = std::make_shared<YamlNode>();
    node->kind = kind;
    node->line = event.start_mark.line + 1;
    node->text = std::move(text);
    if (anchor != nullptr) anchors_[text_of(anchor)] = node;
    attach(node);
    if (kind != YamlNode::Kind::scalar) open_.push_back({node, std::nullopt});
    return true;
  }

  void attach(const Node& node) {
    if (open_.empty()) {
      root_ = node;
      return;
    }
    auto& [parent, key] = open_.back();
    if (parent->kind == YamlNode::Kind::list) {
      parent->items.push_back(node);
    } else if (!key) {
      key = node->text;
    } else {
      parent->pairs.emplace_back(std::move(*key), node);
      key.reset();
    }
  }

  yaml_parser_t parser_;
  Node root_;
  std::vector<Open> open_;
  std::map<std::string, Node> anchors_;
  std::size_t nodes_ = 0;
};

YamlNode::Ptr own(const YamlNode& map, std::string_view key) {
  for (const auto& [name, value] : map.pairs)
    if (name == key) return value;
  return nullptr;
}

}  // namespace

YamlNode::Ptr YamlNode::get(std::string_view key) const {
  std::vector<const YamlNode*> maps{this};
  for (std::size_t i = 0; i < maps.size() && i < kMostMerges; ++i) {
    if (auto value = own(*maps[i], key)) return value;
    const auto merged = own(*maps[i], "<<");
    if (!merged) continue;
    if (merged->kind == Kind::map) maps.push_back(merged.get());
    for (const auto& item : merged->items) maps.push_back(item.get());
  }
  return nullptr;
}

YamlNode::Ptr parse_yaml(std::string_view bytes) { return Builder(bytes).build(); }

}  // namespace keysift
