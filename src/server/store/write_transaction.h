// A transaction of the tables.
#pragma once

namespace soci {
class session;
}

namespace slipway::server::store {

// Waits for its turn at its beginning, also behind another process: one that first reads and then finds that
// somebody else has written cannot go on. Without commit() everything is taken back.
class WriteTransaction {
 public:
  explicit WriteTransaction(soci::session& sql);
  ~WriteTransaction();
  WriteTransaction(const WriteTransaction&) = delete;
  WriteTransaction& operator=(const WriteTransaction&) = delete;

  void commit();

 private:
  soci::session& sql_;
  bool done_ = false;
};

}  // namespace slipway::server::store
