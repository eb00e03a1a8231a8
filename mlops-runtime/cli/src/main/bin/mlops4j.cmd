@echo off
rem Starts the command line of mlops4j from the folder that it lies in: docs/command-line.md.
setlocal EnableExtensions DisableDelayedExpansion
set "mlops4j_java=java"
if defined JAVA_HOME set "mlops4j_java=%JAVA_HOME%\bin\java.exe"
if defined JAVA_HOME if not exist "%mlops4j_java%" (
  echo mlops4j: found no Java in JAVA_HOME; install Java 17 or newer 1>&2
  exit /b 1
)
"%mlops4j_java%" -Xshare:auto -XX:+UseSerialGC %MLOPS4J_JAVA_OPTS% -jar "%~dp0..\mlops4j.jar" %*
exit /b %ERRORLEVEL%
