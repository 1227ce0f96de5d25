// A client of bytes, and a loop that runs in its own thread: what a stranger on the network sees.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <string>
#include <string_view>
#include <thread>

namespace slipway::server::http {

namespace asio = boost::asio;

class Loop {
 public:
  ~Loop() {
    work_.reset();
    if (thread_.joinable()) thread_.join();
  }
  void start() {
    thread_ = std::thread([this] { loop_.run(); });
  }
  auto executor() { return loop_.get_executor(); }
  template <class T>
  T run(asio::awaitable<T> task) {
    return asio::co_spawn(loop_, std::move(task), asio::use_future).get();
  }

 private:
  asio::io_context loop_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_ = asio::make_work_guard(loop_);
  std::thread thread_;
};

class Client {
 public:
  // "127.0.0.1:8082"
  explicit Client(const std::string& address) {
    const std::size_t colon = address.rfind(':');
    const auto port = static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1)));
    socket_.connect({asio::ip::make_address(address.substr(0, colon)), port});
    const timeval limit{20, 0};
    ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
  }

  // Errors are left to the reading side: the server may close while it is being sent to.
  void send(std::string_view bytes) {
    boost::system::error_code ignored;
    asio::write(socket_, asio::buffer(bytes), ignored);
  }
  void shutdown_send() { socket_.shutdown(asio::ip::tcp::socket::shutdown_send); }

  // Everything up to and with the text; what there was if the server closes before.
  std::string read_until(std::string_view text) {
    while (buffer_.find(text) == std::string::npos && fill()) {
    }
    const std::size_t found = buffer_.find(text);
    return take(found == std::string::npos ? buffer_.size() : found + text.size());
  }
  std::string read(std::size_t size) {
    while (buffer_.size() < size && fill()) {
    }
    return take(std::min(size, buffer_.size()));
  }
  // Until the server closes.
  std::string read_all() {
    while (fill()) {
    }
    return take(buffer_.size());
  }
  bool closed() { return read_all().empty() && !timed_out_; }

  struct Answer {
    int status = 0;
    std::string head;
    std::string body;
  };
  // One response with a Content-Length.
  Answer response(bool head_only = false) {
    Answer answer;
    answer.head = read_until("\r\n\r\n");
    if (answer.head.size() > 12) answer.status = std::stoi(answer.head.substr(9, 3));
    constexpr std::string_view field = "Content-Length: ";
    const std::size_t length = answer.head.find(field);
    if (length != std::string::npos && !head_only)
      answer.body = read(std::stoul(answer.head.substr(length + field.size())));
    return answer;
  }
  Answer get(std::string_view path) {
    send("GET " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    return response();
  }

 private:
  bool fill() {
    char piece[8192];
    const auto size = ::recv(socket_.native_handle(), piece, sizeof(piece), 0);
    if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      timed_out_ = true;
      ADD_FAILURE() << "the server said nothing for too long";
    }
    if (size <= 0) return false;
    buffer_.append(piece, static_cast<std::size_t>(size));
    return true;
  }
  std::string take(std::size_t size) {
    std::string taken = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return taken;
  }

  asio::io_context loop_;
  asio::ip::tcp::socket socket_{loop_};
  std::string buffer_;
  bool timed_out_ = false;
};

}  // namespace slipway::server::http
