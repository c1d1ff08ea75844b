@echo off
rem Runs the eckart command from the folder that this file was unpacked to.
setlocal

set "java=java.exe"
if defined JAVA_HOME if exist "%JAVA_HOME%\bin\java.exe" set "java=%JAVA_HOME%\bin\java.exe"
if not "%java%"=="java.exe" goto found
where java.exe >nul 2>nul
if not errorlevel 1 goto found
echo eckart: there is no java; install Java 17 or newer, or set JAVA_HOME to where it is 1>&2
exit /b 2

:found
rem An option of Java 17 is what an older one refuses.
"%java%" --enable-native-access=ALL-UNNAMED -version >nul 2>nul
if not errorlevel 1 goto recent
echo eckart: "%java%" is older than Java 17; install Java 17 or newer, or set JAVA_HOME to where it is 1>&2
exit /b 2

:recent
"%java%" -Xlog:disable -XX:-UsePerfData -Dsun.misc.unsafe.memory.access=allow %ECKART_OPTS% "-Deckart.command=eckart" -jar "%~dp0..\lib\eckart.jar" %*
exit /b %errorlevel%
