String log = new File(basedir, 'build.log').text
assert log =~ /\[ERROR\] Failed to execute goal .*:compress \(small\) on project wrong-value: --time-limit soon: expected a duration/
assert !new File(basedir, 'target/classes/model.onnx').exists()
