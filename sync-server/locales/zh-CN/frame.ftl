frame-skip = 跳到正文
frame-training-no-force = 这里的受理、决定和证件不具法律效力
frame-training = 训练环境 · 业务日期
frame-menu = 主菜单
frame-register = 登记申请
frame-tablets = 平板
frame-find = 查找业务件
frame-find-what = 业务件号、申请人、地址
frame-log-out = 退出
frame-cases = 业务件
frame-product = 勘验
frame-error-code = 代码 { $code }
form-wrong = 有 { $count } 处需要改正
form-wrong-kept = 您填写的内容都还在，改正后再提交即可。
login-forgotten = 忘记密码请找本单位管理员重置。平板上未传的数据不受登录影响。
login-name = 用户名
login-password = 密码
login-title = 登录

# The script fills in what stands in brackets.
live-on = 实时更新中
live-lost = 连接中断，页面停在 [at]，正在重连
live-failed = 没能更新，页面停在 [at] 之前；数据没有丢失
live-updated = [at] 已更新
live-news = 有 [count] 件新的业务件，点这里更新列表
live-changed = 列表有变化，点这里更新
error-back = 回到业务件
missing-year = { $year } 年的工作日表还没有载入，跨入该年的期限无法计算。国务院公布放假安排后，请把该年加入规则目录的 workdays.toml 并重启服务器。
