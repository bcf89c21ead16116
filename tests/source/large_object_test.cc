// Blobs that are larger than a worker may hold, where they are read one by one.
#include "source/large_object.h"

#include "git/commit_range.h"
#include "git/repository.h"
#include "git/staged.h"
#include "source/range.h"
#include "source/staged.h"
#include "support/archive.h"
#include "support/catch.h"
#include "support/support.h"

namespace keysift::test {
namespace {

constexpr PieceSize kPieces{4096, 64};

std::string lines(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += "line " + std::to_string(i) + '\n';
  return text;
}

// What is handed on of "a.bin", put together, and what is complained of.
struct Read {
  std::string bytes;
  std::size_t pieces = 0;
  std::vector<std::pair<std::string, Cause>> errors;

  BlobSink sink = [this](const Blob& blob, unsigned) {
    if (blob.origin == Origin::path || blob.origin == Origin::commit_message) return Reach();
    const auto own = std::min(blob.bytes.size(), blob.own_end) - blob.own_begin;
    bytes += blob.bytes.substr(blob.own_begin, own);
    ++pieces;
    return Reach();
  };
  ErrorSink on_error = [this](const std::string& path, const Problem& problem, unsigned) {
    errors.emplace_back(path, problem.cause);
  };
};

std::unique_ptr<Read> read_staged_file(const TestRepo& repo, const ReadOptions& options) {
  const auto repository = Repository::open(repo.path());
  const ObjectDatabase database(repository);
  ObjectReader objects(database);
  auto read = std::make_unique<Read>();
  read_staged(database, staged_changes(repository, objects).files, 1, options, read->sink, read->on_error);
  return read;
}

std::unique_ptr<Read> read_last_commit(const TestRepo& repo, const ReadOptions& options) {
  const auto repository = Repository::open(repo.path());
  const ObjectDatabase database(repository);
  auto read = std::make_unique<Read>();
  RangeRequest request;
  request.max_commits = 1;
  const auto range = commits_in(repository, database, request, read->on_error);
  read_range(database, range, 1, options, read->sink, read->on_error);
  return read;
}

TEST_CASE("A large blob of what is staged, or of a range, comes in pieces") {
  TestRepo repo;
  const auto text = lines(5000);
  ReadOptions options{kPieces, {}, 10'000};
  repo.write("a.bin", text);
  repo.git({"add", "a.bin"});
  const auto staged = read_staged_file(repo, options);
  repo.commit_all("add");
  SECTION("stored loose") {}
  SECTION("stored in a pack") { repo.git({"gc", "--quiet"}); }
  const auto committed = read_last_commit(repo, options);
  for (const auto* read : {staged.get(), committed.get()}) {
    CHECK(read->bytes == text);
    CHECK(read->pieces == text.size() / kPieces.step + 1);
    CHECK(read->errors.empty());
  }
  options.memory = text.size();
  CHECK(read_last_commit(repo, options)->pieces == 1);
}

TEST_CASE("A large blob that is an archive, or goes on beyond the limit, is told") {
  TestRepo repo;
  repo.write("a.bin", archive_of({{"lines", lines(5000)}}, "gnutar"));
  repo.git({"add", "a.bin"});
  using Errors = std::vector<std::pair<std::string, Cause>>;
  ReadOptions options{kPieces, {}, 10'000};
  CHECK(read_staged_file(repo, options)->errors == Errors{{"a.bin", Cause::memory}});
  options.limits.blob_size = 20'000;
  const auto read = read_staged_file(repo, options);
  CHECK(read->errors == Errors{{"a.bin", Cause::memory}, {"a.bin", Cause::blob_size}});
  CHECK(read->bytes.size() == 20'000);
}

}  // namespace
}  // namespace keysift::test
