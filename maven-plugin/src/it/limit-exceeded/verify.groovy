String log = new File(basedir, 'build.log').text
assert log =~ /\[ERROR\] Failed to execute goal .*:compress \(small\) on project limit-exceeded: max-size-ratio 0.01 is exceeded: measured 0\.\d+; `.*model.onnx` was not written/
assert !new File(basedir, 'target/classes/model.onnx').exists()
assert new File(basedir, 'target/eckart/small.json').text.contains('"verdict" : "fail"')
