/** What is said about data: schemas and policies. The data itself is never read here. */
@NullMarked
package dev.flashq.statemachine.data;

import org.jspecify.annotations.NullMarked;
