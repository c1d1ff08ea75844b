String log = new File(basedir, 'build.log').text
assert log =~ /\[ERROR\] Failed to execute goal .*:compress \(small\) on project wrong-option: Unknown option: '--rnk=fixed:4'/
assert !new File(basedir, 'target/classes/model.onnx').exists()
