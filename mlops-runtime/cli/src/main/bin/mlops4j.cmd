@echo off
rem Starts the command line of mlops4j from the folder that it lies in: docs/command-line.md.
setlocal
set "mlops4j_java=java"
if defined JAVA_HOME set "mlops4j_java=%JAVA_HOME%\bin\java"
"%mlops4j_java%" -Xshare:auto -XX:+UseSerialGC %MLOPS4J_JAVA_OPTS% -jar "%~dp0..\mlops4j.jar" %*
exit /b %ERRORLEVEL%
