#include "git/generated.h"

#include <algorithm>

namespace keysift::test {
namespace {

std::string data_command(std::string_view bytes) {
  return "data " + std::to_string(bytes.size()) + "\n" + std::string(bytes) + "\n";
}

std::string path_of(std::size_t file) {
  return "folder" + std::to_string(file % 7) + "/sub" + std::to_string(file % 3) + "/file" +
         std::to_string(file);
}

}  // namespace

std::string prose(std::size_t size, std::mt19937_64& random) {
  std::string text;
  while (text.size() < size) {
    text += static_cast<char>('c' + random() % 20);
    if (random() % 6 == 0) text += random() % 8 == 0 ? '\n' : ' ';
  }
  text.resize(size);
  return text;
}

void edit_prose(std::string& text, std::mt19937_64& random) {
  for (auto edits = 1 + random() % 4; edits > 0; --edits) {
    const auto at = static_cast<std::size_t>(random() % (text.size() + 1));
    const auto size = static_cast<std::size_t>(random() % (text.size() / 8 + 20));
    const auto stretch = text.substr(at, size);
    switch (random() % 5) {
      case 0:
        text.insert(at, prose(size, random));
        break;
      case 1:
        text.erase(at, size);
        break;
      case 2:
        text.replace(at, stretch.size(), prose(stretch.size(), random));
        break;
      case 3:
        text.erase(at, size);
        text.insert(static_cast<std::size_t>(random() % (text.size() + 1)), stretch);
        break;
      default:
        text.insert(at, stretch);
    }
  }
}

void make_history(TestRepo& repo, unsigned seed, int commits, std::size_t files, std::size_t size,
                  const Edit& edit) {
  std::mt19937_64 random(seed);
  std::vector<std::string> texts(files);
  std::string stream = "feature done\n";
  std::string main_tip;
  std::string aside_tip;
  for (int commit = 1; commit <= commits; ++commit) {
    const auto file = static_cast<std::size_t>(random() % files);
    auto& text = texts[file];
    if (text.empty()) {
      text = prose(size, random);
    } else {
      edit(text, random);
    }
    const bool aside = commit > 2 && random() % 10 == 0;
    const std::string mark = ":" + std::to_string(commit);
    stream += std::string("commit refs/heads/") + (aside ? "aside" : "main") + "\nmark " + mark + "\n";
    stream += "committer Carl Committer <carl@example.com> " + std::to_string(1'704'067'200 + 60 * commit) +
              " +0000\n" + data_command("change " + path_of(file) + "\n\n" + prose(random() % 200, random));
    if (aside) stream += "from " + main_tip + "\n";  // what was there before, no ref reaches any more
    if (!aside && !aside_tip.empty() && random() % 8 == 0) stream += "merge " + aside_tip + "\n";
    (aside ? aside_tip : main_tip) = mark;
    stream += "M 100644 inline " + path_of(file) + "\n" + data_command(text);
    if (random() % 20 == 0) {
      stream += "tag t" + std::to_string(commit) + "\nfrom " + mark +
                "\ntagger Carl Committer <carl@example.com> 1704067200 +0000\n" + data_command("a tag\n");
    }
  }
  repo.git({"fast-import", "--quiet", "--force"}, stream + "done\n");
}

}  // namespace keysift::test
