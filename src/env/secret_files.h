// Which files hold secrets, by name and, where that is not enough, by what is in them.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/path_pattern.h"
#include "rule/pattern.h"

namespace keysift {

/// The list in rules/env/files.toml, and what a configuration adds. Paths are relative to the root of the
/// repository. Threads may share it.
class SecretFiles {
 public:
  /// What is part of the binary.
  static SecretFiles built_in();

  /// Adds patterns as in .gitignore: of files that hold secrets, and of templates.
  void extend(std::vector<std::string> files, std::vector<std::string> templates);

  /// Whether a file is named like one that holds secrets. If so, it is one if holds_secret() says so, too.
  bool is_named(std::string_view path) const;

  /// Whether some file of this name, in some folder, may be one for which is_named() holds.
  bool may_be_named(std::string_view name) const;

  /// Whether the file at `path` is named like one that holds secrets and, if that is not enough, has some.
  /// `contents` is called only then; what it cannot read has none.
  using Contents = std::function<std::optional<std::string>()>;
  bool holds_secret(std::string_view path, const Contents& contents) const;

  /// Whether a file shows what one with secrets should hold: `.env.example`.
  bool is_template(std::string_view path) const;

  /// The file that a template is copied to: `a/.env` for `a/.env.example`; nothing if the name does not tell.
  std::optional<std::string> shown_by(std::string_view template_path) const;

  /// Whether a front end publishes the variable of this name.
  bool is_published(std::string_view variable) const;

  /// Whether a value is meant for browsers, such as an address or a publishable key.
  bool is_for_browsers(std::string_view value) const;

 private:
  // The strings stay where they are when a Kind moves, so that the patterns may look into them.
  struct Kind {
    std::vector<std::string> lines;
    std::vector<PathPattern> patterns;
    std::unique_ptr<Pattern> contains;  // none: the name is enough
  };

  // With which first and last byte together names can fit a pattern: most files' names cannot, and a look
  // into this table took a twentieth of the time of all patterns.
  class Edges {
   public:
    void add(const PathPattern& pattern);
    bool admit(std::string_view name) const;

   private:
    static std::size_t index(unsigned first, unsigned last);
    std::vector<bool> pairs_ = std::vector<bool>(std::size_t{1} << 16);
  };

  static Kind kind(std::vector<std::string> lines);
  static bool fits_any(const Kind& kind, std::string_view path);
  const Kind* kind_of(std::string_view path) const;
  bool is_template_word(std::string_view word) const;

  void add(Kind kind);

  std::vector<Kind> kinds_;
  Edges edges_;         // of all kinds
  Kind own_templates_;  // of the configuration
  std::vector<std::string> template_words_;
  std::vector<std::string> public_prefixes_;
  std::vector<std::string> public_values_;
};

}  // namespace keysift
