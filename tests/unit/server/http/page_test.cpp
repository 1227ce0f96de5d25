#include "server/http/page.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include "http_fixture.h"
#include "server/http/gunzip.h"

namespace slipway::server::http {
namespace {

std::string gzip(std::string_view content) {
  z_stream state{};
  EXPECT_EQ(deflateInit2(&state, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(content.size() + 100, '\0');
  state.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  state.avail_in = static_cast<uInt>(content.size());
  state.next_out = reinterpret_cast<Bytef*>(out.data());
  state.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&state, Z_FINISH), Z_STREAM_END);
  out.resize(state.total_out);
  deflateEnd(&state);
  return out;
}

class Page : public testing::Test {
 protected:
  std::optional<Response> get(std::string_view path, Headers headers = {}) {
    return find_page(make_request("GET", path, std::move(headers)), files_);
  }

  std::string index_ = gzip("<html>");
  std::string script_ = gzip("let x");
  std::vector<PageFile> files_{{"/index.html", "text/html; charset=utf-8", "W/\"1\"", index_, false},
                               {"/assets/a.js", "text/javascript", "W/\"2\"", script_, true}};
};

TEST_F(Page, AnswersAtEveryAddressOfItsOwn) {
  for (const char* path :
       {"/", "/index.html", "/apps/demo", "/deployments/7?tab=output", "/favicon.ico", "/apixyz"}) {
    const auto response = get(path);
    ASSERT_TRUE(response) << path;
    EXPECT_EQ(response->status, 200);
    EXPECT_EQ(response->bytes(), "<html>");
    EXPECT_EQ(response->headers.find("Cache-Control"), "no-cache");
  }
}

TEST_F(Page, AnUnknownAssetOrApiAddressIsNotThePage) {
  for (const char* path :
       {"/assets/b.js", "/assets", "/assets/", "/api", "/api/v2/x", "/assets/../index.html"}) {
    EXPECT_FALSE(get(path)) << path;
  }
}

TEST_F(Page, AssetsAreKeptForever) {
  const auto response = get("/assets/a.js");
  ASSERT_TRUE(response);
  EXPECT_EQ(response->headers.find("Content-Type"), "text/javascript");
  EXPECT_EQ(response->headers.find("Cache-Control"), "public, max-age=31536000, immutable");
}

TEST_F(Page, IsCompressedForThoseWhoTakeIt) {
  const auto response = get("/", {{"Accept-Encoding", "deflate, gzip, br"}});
  ASSERT_TRUE(response);
  EXPECT_EQ(response->headers.find("Content-Encoding"), "gzip");
  EXPECT_EQ(response->headers.find("Vary"), "Accept-Encoding");
  EXPECT_EQ(gunzip(response->bytes()), "<html>");
}

TEST_F(Page, IsNotSentAgainToThoseWhoHaveIt) {
  const auto response = get("/", {{"If-None-Match", "\"0\", W/\"1\""}});
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 304);
  EXPECT_EQ(response->bytes(), "");
  EXPECT_EQ(response->headers.find("ETag"), "W/\"1\"");
  EXPECT_EQ(get("/", {{"If-None-Match", "W/\"9\""}})->status, 200);
}

TEST(AcceptEncoding, IsUnderstood) {
  for (const char* header : {"gzip", "GZIP", "br, gzip", "gzip;q=0.5", "*", "gzip; q=1.0"})
    EXPECT_TRUE(accepts_gzip(header)) << header;
  for (const char* header : {"", "identity", "gzip;q=0", "br", "gzip; q=0.000", "xgzip"})
    EXPECT_FALSE(accepts_gzip(header)) << header;
}

TEST(ETag, IsComparedWeakly) {
  EXPECT_TRUE(matches_etag("\"1\"", "W/\"1\""));
  EXPECT_TRUE(matches_etag("*", "W/\"1\""));
  EXPECT_FALSE(matches_etag("", "W/\"1\""));
}

TEST(EmbeddedPage, IsWhole) {
  bool has_index = false;
  for (const PageFile& file : page_files()) {
    has_index |= file.path == "/index.html";
    EXPECT_FALSE(gunzip(file.gzipped).empty()) << file.path;
    EXPECT_EQ(file.immutable, file.path.starts_with("/assets/")) << file.path;
  }
  EXPECT_TRUE(has_index);
}

TEST(Gunzip, BrokenDataIsABug) {
  EXPECT_THROW(gunzip("not gzip"), std::runtime_error);
}

}  // namespace
}  // namespace slipway::server::http
