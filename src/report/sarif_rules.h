// The rules of a SARIF report (SARIF 2.1.0, section 3.49): those in force, then one for each way out of files
// with secrets.
#pragma once
#include <cstddef>

#include "finding/report.h"
#include "report/json_writer.h"

namespace keysift {

/// The fields of tool.driver, its rules among them.
void write_sarif_driver(JsonWriter& json, const Report& report);

/// "error", "warning" or "note".
const char* sarif_level(Confidence confidence);

/// What a result about a file with secrets says of its rule.
struct SarifEnvRule {
  const char* id;
  const char* level;
  std::size_t number;  ///< how many of these rules stand before it, behind those in force
};
SarifEnvRule sarif_rule(Coverage coverage);

}  // namespace keysift
