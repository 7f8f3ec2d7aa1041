#include "core/base/file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>

#include "core/base/result.h"
#include "tests/base/temporary_folder.h"

namespace hub {
namespace {

using testing::HasSubstr;

mode_t mode_of(const std::filesystem::path& path) {
  struct stat info{};
  EXPECT_EQ(::stat(path.c_str(), &info), 0) << path;
  return info.st_mode & 07777U;
}

// What the act throws as an EnvError; empty when it throws nothing.
template <class Act>
std::string error_of(Act act) {
  try {
    act();
  } catch (const EnvError& error) {
    return error.what();
  }
  return "";
}

struct Files : testing::Test {
  TemporaryFolder folder;
  std::filesystem::path file = folder.path() / "file";

  [[nodiscard]] std::string content() const { return to_text(read_file(file, 1024)); }
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> out;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
      out.push_back(entry.path().filename().string());
    }
    return out;
  }
};

// Files of this process can grow to `most` bytes and no further: a disk that is full.
class FullDisk {
 public:
  explicit FullDisk(rlim_t most) : before_handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    EXPECT_EQ(::getrlimit(RLIMIT_FSIZE, &before_), 0);
    rlimit now = before_;
    now.rlim_cur = most;
    EXPECT_EQ(::setrlimit(RLIMIT_FSIZE, &now), 0);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;
  FullDisk(FullDisk&&) = delete;
  FullDisk& operator=(FullDisk&&) = delete;
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    (void)std::signal(SIGXFSZ, before_handler_);
  }

 private:
  rlimit before_{};
  void (*before_handler_)(int);
};

TEST_F(Files, AreReadWholeUpToTheLimitAndNotBeyond) {
  folder.put("file", "12345");
  EXPECT_EQ(as_text(read_file(file, 5)), "12345");
  EXPECT_EQ(as_text(read_file(file, 6)), "12345");
  const auto error = error_of([&] { (void)read_file(file, 4); });
  EXPECT_THAT(error, HasSubstr(file.string()));
  EXPECT_THAT(error, HasSubstr("larger than the 4 bytes allowed"));
  folder.put("file", "");
  EXPECT_TRUE(read_file(file, 0).empty());
}

TEST_F(Files, ThatNeverEndAreReadNoFurtherThanTheLimit) {
  EXPECT_THAT(error_of([] { (void)read_file("/dev/zero", 1000); }), HasSubstr("/dev/zero"));
}

TEST_F(Files, ThatCannotBeReadAreNamedWithTheReason) {
  EXPECT_EQ(error_of([&] { (void)read_file(file, 10); }),
            "cannot open " + file.string() + ": No such file or directory");
  EXPECT_EQ(error_of([&] { (void)read_file(folder.path(), 10); }),
            "cannot read " + folder.path().string() + ": Is a directory");
}

TEST_F(Files, ThatMayBeMissingAreNothingOnlyWhenTheyAreMissing) {
  EXPECT_FALSE(read_file_if_there(file, 10));
  EXPECT_FALSE(read_file_if_there(folder.path() / "no" / "folder", 10));
  folder.put("file", "here");
  ASSERT_TRUE(read_file_if_there(file, 10));
  EXPECT_EQ(as_text(*read_file_if_there(file, 10)), "here");
  EXPECT_FALSE(read_file_if_there(file / "below a file", 10));
  EXPECT_NE(error_of([&] { (void)read_file_if_there(file, 3); }), "");
}

// Else a file that is there is taken for one that never was.
TEST_F(Files, ThatMayBeMissingAndCannotBeLookedAtAreAnError) {
  std::filesystem::create_symlink(file, file);
  EXPECT_THAT(error_of([&] { (void)read_file_if_there(file, 10); }), HasSubstr(file.string()));
}

TEST_F(Files, AreReplacedWholeWithTheModeAskedFor) {
  replace_file(file, as_bytes("first"));
  EXPECT_EQ(content(), "first");
  EXPECT_EQ(mode_of(file), 0600U);
  replace_file(file, as_bytes("second"), 0644);
  EXPECT_EQ(content(), "second");
  EXPECT_EQ(mode_of(file), 0644U);
  EXPECT_EQ(names(), std::vector<std::string>{"file"});
}

TEST_F(Files, AreReplacedWithTheModeAskedForWhateverTheMaskAndTheLeftovers) {
  folder.put("file.new", "left behind by a crash, longer than what comes");
  std::filesystem::permissions(file.string() + ".new", std::filesystem::perms::all);
  const auto mask = ::umask(0077);
  replace_file(file, as_bytes("content"), 0640);
  ::umask(mask);
  EXPECT_EQ(content(), "content");
  EXPECT_EQ(mode_of(file), 0640U);
  EXPECT_EQ(names(), std::vector<std::string>{"file"});
}

TEST_F(Files, ThatAreReplacedLeaveTheOldContentToWhoHasItOpen) {
  folder.put("file", "old");
  const auto open = open_file(file, O_RDONLY);
  replace_file(file, as_bytes("new"));
  EXPECT_EQ(as_text(read_at(open, 0, 10)), "old");
  EXPECT_EQ(content(), "new");
}

TEST_F(Files, ThatCannotBeReplacedStayAsTheyWereAndAreNamed) {
  folder.put("file", "old");
  std::string error;
  {
    const FullDisk disk(4);
    error = error_of([&] { replace_file(file, as_bytes("much longer")); });
  }
  EXPECT_THAT(error, HasSubstr("cannot write " + file.string()));
  EXPECT_THAT(error, HasSubstr("File too large"));
  EXPECT_EQ(content(), "old");

  std::filesystem::create_directories(folder.path() / "taken" / "inside");
  EXPECT_THAT(error_of([&] { replace_file(folder.path() / "taken", as_bytes("x")); }),
              HasSubstr("cannot replace " + (folder.path() / "taken").string()));
  EXPECT_THAT(error_of([&] { replace_file(folder.path() / "no" / "file", as_bytes("x")); }),
              HasSubstr("No such file"));
}

TEST_F(Files, AreReadAndWrittenAtAnyPlace) {
  const auto open = open_file(file, O_RDWR | O_CREAT);
  EXPECT_EQ(mode_of(file), 0600U);
  write_at(open, 3, as_bytes("abc"));
  write_at(open, 4, as_bytes("X"));
  EXPECT_EQ(read_at(open, 0, 6), (Buffer{0, 0, 0, 'a', 'X', 'c'}));
  EXPECT_EQ(as_text(read_at(open, 4, 100)), "Xc");
  EXPECT_TRUE(read_at(open, 6, 1).empty());
  EXPECT_TRUE(read_at(open, 0, 0).empty());
}

TEST_F(Files, AreClosedOnExec) {
  folder.put("file", "x");
  const auto open = open_file(file, O_RDONLY);
  EXPECT_NE(::fcntl(open.get(), F_GETFD) & FD_CLOEXEC, 0);  // NOLINT(*-vararg)
}

TEST_F(Files, AreClosedByTheLastOwnerOfTheirDescriptor) {
  folder.put("file", "x");
  const auto is_open = [](int fd) { return ::fcntl(fd, F_GETFD) != -1; };  // NOLINT(*-vararg)
  int number = -1;
  {
    auto first = open_file(file, O_RDONLY);
    number = first.get();
    auto second = std::move(first);
    EXPECT_FALSE(first.is_open());  // NOLINT(bugprone-use-after-move,clang-analyzer-cplusplus.Move)
    EXPECT_EQ(second.get(), number);
    auto third = open_file(file, O_RDONLY);
    const int replaced = third.get();
    third = std::move(second);
    EXPECT_EQ(third.get(), number);
    EXPECT_FALSE(is_open(replaced));
    EXPECT_TRUE(is_open(number));
  }
  EXPECT_FALSE(is_open(number));
  FileDescriptor none;
  EXPECT_FALSE(none.is_open());
  none.close();
  EXPECT_EQ(none.get(), -1);
}

TEST_F(Files, ArePutIntoFoldersThatOnlyTheirOwnerCanEnter) {
  const auto deep = folder.path() / "a" / "b" / "c";
  make_private_folder(deep);
  EXPECT_EQ(mode_of(deep), 0700U);
  EXPECT_EQ(mode_of(folder.path() / "a"), 0700U);
  ASSERT_EQ(::chmod(deep.c_str(), 0755), 0);
  make_private_folder(deep);
  EXPECT_EQ(mode_of(deep), 0755U) << "one that is there is left as it is";
  make_private_folder(folder.path() / "x" / "");
  EXPECT_EQ(mode_of(folder.path() / "x"), 0700U);
}

TEST_F(Files, InThePlaceOfAFolderAreAnError) {
  folder.put("file", "x");
  EXPECT_THAT(error_of([&] { make_private_folder(file); }), HasSubstr(file.string()));
  EXPECT_THAT(error_of([&] { make_private_folder(file / "below"); }), HasSubstr(file.string()));
  EXPECT_THAT(error_of([&] { sync_folder(file); }), HasSubstr(file.string()));
}

TEST_F(Files, WithANameThatNoFolderCanHaveAreAnErrorLikeAnyOther) {
  const auto endless = folder.path() / std::string(300, 'a');
  EXPECT_THAT(error_of([&] { make_private_folder(endless); }), HasSubstr("File name too long"));
  EXPECT_THAT(error_of([&] { (void)read_file_if_there(endless, 1); }),
              HasSubstr("File name too long"));
}

}  // namespace
}  // namespace hub
