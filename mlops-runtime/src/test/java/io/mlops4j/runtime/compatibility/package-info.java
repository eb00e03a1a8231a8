/**
 * What every engine, and every registry, must pass, whoever wrote it.
 *
 * <p>It comes as {@code mlops-runtime}'s test jar ({@code <type>test-jar</type>}), and needs JUnit
 * 5 with its parameters, and AssertJ; of {@code mlops-runtime} itself it uses public classes only.
 * Say what your engine is in an {@link io.mlops4j.runtime.compatibility.EngineUnderTest}, with a
 * model in your format for each {@link io.mlops4j.runtime.compatibility.Job}, name its provider in
 * {@code META-INF/services}, and extend the four suites:
 *
 * <ul>
 *   <li>{@link io.mlops4j.runtime.compatibility.EngineValuesCompatibility}: right values come out,
 *       wrong ones do not go in;
 *   <li>{@link io.mlops4j.runtime.compatibility.EngineLifecycleCompatibility}: loading, closing in
 *       any order, many threads, cancelling;
 *   <li>{@link io.mlops4j.runtime.compatibility.EngineInputCompatibility}: what an application's
 *       batches and records may hold, and what is refused before the engine sees it;
 *   <li>{@link io.mlops4j.runtime.compatibility.EngineRuntimeCompatibility}: calls as applications
 *       make them.
 * </ul>
 *
 * <p>The first two speak only the SPI, over the memory that a runtime gives to its engines; the
 * others only the public runtime, which recognises model files as ONNX and TensorFlow's alone.
 * After each test every byte must have been given back. Expected values are those of plain Java
 * arithmetic on numbers that float32 holds exactly. What an engine cannot do it excuses with a
 * reason, which is printed in place of the test.
 *
 * <p>The same for registries: say what your store is in a {@link
 * io.mlops4j.runtime.compatibility.RegistryUnderTest}, and extend the four suites:
 *
 * <ul>
 *   <li>{@link io.mlops4j.runtime.compatibility.RegistryCompatibility}: versions, aliases, times,
 *       watches, progress;
 *   <li>{@link io.mlops4j.runtime.compatibility.RegistryProofCompatibility}: heads and
 *       verification, against an intruder;
 *   <li>{@link io.mlops4j.runtime.compatibility.RegistrySigningCompatibility}: signed records, and
 *       signatures beside versions, against an intruder who can make every digest anew;
 *   <li>{@link io.mlops4j.runtime.compatibility.RegistryRetentionCompatibility}: deprecation,
 *       deletion, collection, leases.
 * </ul>
 */
package io.mlops4j.runtime.compatibility;
