/**
 * Who made a model, proved before an engine sees it: signatures in the OpenSSF model-signing form,
 * made and verified by the JDK alone, and the policy that says whose signature which model needs.
 */
@NullMarked
package io.mlops4j.runtime.trust;

import org.jspecify.annotations.NullMarked;
