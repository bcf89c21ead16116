#include "detect/identifiers.h"

#include <vector>

namespace keysift::test {

std::string identifier(std::mt19937_64& random, std::size_t least) {
  static const std::vector<std::string> words = {
      "account", "active", "admin",   "api",    "app",     "backup", "billing", "button",  "cache",
      "client",  "config", "create",  "custom", "data",    "delete", "device",  "dialog",  "email",
      "enable",  "error",  "event",   "file",   "filter",  "footer", "form",    "global",  "group",
      "handler", "header", "image",   "index",  "item",    "key",    "label",   "layout",  "level",
      "link",    "list",   "local",   "login",  "main",    "manage", "menu",    "message", "model",
      "module",  "name",   "network", "new",    "node",    "object", "office",  "order",   "page",
      "panel",   "parent", "path",    "plugin", "policy",  "price",  "profile", "query",   "queue",
      "region",  "report", "role",    "route",  "search",  "server", "session", "setting", "sign",
      "state",   "status", "store",   "style",  "submit",  "table",  "target",  "task",    "theme",
      "ticket",  "time",   "title",   "token",  "total",   "update", "upload",  "user",    "value",
      "vendor",  "verify", "video",   "view",   "visible", "wait",   "web",     "widget",  "window",
      "zone"};
  const unsigned style = random() % 4;
  std::string text;
  while (text.size() < least) {
    auto word = words[random() % words.size()];
    if (style == 1 || (style == 2 && !text.empty())) word[0] = static_cast<char>(word[0] - 'a' + 'A');
    if (!text.empty() && style == 0) text += '-';
    if (!text.empty() && style == 3) text += '_';
    if (random() % 12 == 0) text += std::to_string(random() % 100);
    text += word;
  }
  return text;
}

}  // namespace keysift::test
