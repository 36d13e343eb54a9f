@"%~dp0node.exe" "%~dp0..\lib\causeway.js" %*
