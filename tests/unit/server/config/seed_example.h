// The configuration in the README of go-deploy, word for word (shared/seed/go-deploy-README.md).
#pragma once

#include <string_view>

namespace slipway::server::config {

// clang-format off
constexpr std::string_view seed_example = R"seed({
  // 站点监听端口，可以通过 http 打开
  "listen_http": ":8082",
  // 日志输出模式
  "debug": true,
  // jwt 的 secret
  "jwt_secret" : "",
  "apps": [
    {
      "name": "douke", // 名称
      "type": "svn",   // 类型：svn git
      "url": "svn://192.168.1.207/xiaohua", // 地址
      "fetchlogpath": "/data/fetch_log/xiaohua/trunk", // version < 1.0.1 服务端机器目录， 提交日志文件地址：svn 留空；  git 请填一个地址存储提交日志，这个目录的作用仅仅是为了获取git提交日志用
      "node": [ // 机器节点
        {
          "alias": "api-1", // 名称
          "addr": "192.168.1.11:8081", // 客户端监听端口
          "path": "/data/wwwroot/xiaohua/trunk",  // 项目地址
          "befor_deploy": "", // 执行前操作
          "after_deploy": "" // 执行后操作
        },
        {
          "alias": "api-2",
          "addr": "192.168.1.207:8081",
          "path": "/data/wwwroot/xiaohua/trunk",
          "befor_deploy": "ls /data/wwwroot",
          "after_deploy": "ls /data/wwwroot/xiaohua/trunk"
        }
      ]
    } 
  ]
}
)seed";
// clang-format on

}  // namespace slipway::server::config
