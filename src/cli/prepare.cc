// Run while keysift is built: writes the source of prepared_keywords() to the file that it is given.
#include <exception>
#include <fstream>
#include <iostream>

#include "detect/detector.h"
#include "rule/rule_file.h"

int main(int argc, char** argv) {
  try {
    const auto rules = keysift::built_in_rules();
    const auto prepared = keysift::Detector(rules).prepared();
    std::ofstream out(argc == 2 ? argv[1] : "");
    out << "#include \"cli/prepared_keywords.h\"\n\nnamespace keysift {\nnamespace {\n\n"
           "alignas(16) constexpr unsigned char kPrepared[] = {";
    for (std::size_t i = 0; i < prepared.size(); ++i)
      out << (i % 32 == 0 ? "\n" : "") << static_cast<unsigned>(static_cast<unsigned char>(prepared[i]))
          << ',';
    out << "\n};\n\n}  // namespace\n\nstd::string_view prepared_keywords() {\n"
           "  return {reinterpret_cast<const char*>(kPrepared), sizeof kPrepared};\n}\n\n}  // namespace "
           "keysift\n";
    return out.flush() ? 0 : 1;
  } catch (const std::exception& error) {
    std::cerr << "prepare: " << error.what() << '\n';
    return 1;
  }
}
