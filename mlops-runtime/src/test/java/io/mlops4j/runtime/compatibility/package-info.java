/**
 * What every engine must pass, whoever wrote it.
 *
 * <p>It comes as {@code mlops-runtime}'s test jar, and needs JUnit 5 and AssertJ. Say what your
 * engine is in an {@link io.mlops4j.runtime.compatibility.EngineUnderTest}, with a model in your
 * format for each {@link io.mlops4j.runtime.compatibility.Job}, and extend the three suites: {@link
 * io.mlops4j.runtime.compatibility.EngineValuesCompatibility}, {@link
 * io.mlops4j.runtime.compatibility.EngineLifecycleCompatibility} and {@link
 * io.mlops4j.runtime.compatibility.EngineRuntimeCompatibility}.
 *
 * <p>The first two speak only the SPI, over the memory that a runtime gives to its engines; the
 * third only the public runtime. Expected values are those of plain Java arithmetic on numbers that
 * float32 holds exactly.
 */
package io.mlops4j.runtime.compatibility;
