// Run while keysift is built: writes the source of what cli/prepared.h declares to the file that it is given.
#include <exception>
#include <fstream>
#include <iostream>
#include <string>

#include "detect/detector.h"
#include "rule/rule_bytes.h"
#include "rule/rule_file.h"

namespace {

void write_function(std::ostream& out, const std::string& name, const std::string& bytes) {
  out << "std::string_view keysift::" << name
      << "() {\n  alignas(16) static constexpr unsigned char kBytes[] = {";
  for (std::size_t i = 0; i < bytes.size(); ++i)
    out << (i % 32 == 0 ? "\n" : "") << static_cast<unsigned>(static_cast<unsigned char>(bytes[i])) << ',';
  out << "\n};\n  return {reinterpret_cast<const char*>(kBytes), sizeof kBytes};\n}\n";
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const auto rules = keysift::built_in_rules();
    std::ofstream out(argc == 2 ? argv[1] : "");
    out << "#include \"cli/prepared.h\"\n\n";
    write_function(out, "prepared_rules", keysift::bytes_of(rules));
    write_function(out, "prepared_keywords", keysift::Detector(rules).prepared());
    return out.flush() ? 0 : 1;
  } catch (const std::exception& error) {
    std::cerr << "prepare: " << error.what() << '\n';
    return 1;
  }
}
