package io.fragcast.sim;

import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.ClassWriter;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;

/**
 * A bug put into a production class from outside: the class is changed as it is loaded, so that it carries no switch.
 */
enum SeededBug
{
    /** A message that is known is taken for new. */
    DEDUP_OFF("AttemptFrames", "isTaken")
    {
        @Override
        MethodVisitor change(final MethodVisitor method)
        {
            return returning(method, Opcodes.ICONST_0, Opcodes.IRETURN);
        }
    },

    /** A frag is delivered as soon as it is whole. */
    ORDER_OFF("BlockAssembler", "stepOpen", "stepFrag")
    {
        @Override
        MethodVisitor change(final MethodVisitor method)
        {
            return new MethodVisitor(API, method)
            {
                @Override
                public void visitFieldInsn(
                    final int opcode, final String owner, final String name, final String descriptor)
                {
                    if (Opcodes.GETFIELD == opcode && "nextSeq".equals(name))
                    {
                        visitMethodInsn(
                            Opcodes.INVOKESTATIC, HOOKS, "firstWhole", "(L" + PACKAGE + "BlockAssembler;)I", false);
                    }
                    else
                    {
                        super.visitFieldInsn(opcode, owner, name, descriptor);
                    }
                }
            };
        }
    },

    /** A frag is delivered whatever digest it names as the one before it. */
    CHAIN_OFF("BlockAssembler", "stepFrag")
    {
        @Override
        MethodVisitor change(final MethodVisitor method)
        {
            return new MethodVisitor(API, method)
            {
                @Override
                public void visitInsn(final int opcode)
                {
                    if (Opcodes.ARRAYLENGTH == opcode)
                    {
                        super.visitInsn(Opcodes.POP);
                        super.visitInsn(Opcodes.ICONST_0);
                    }
                    else
                    {
                        super.visitInsn(opcode);
                    }
                }
            };
        }
    },

    /** What a stuck height waits for never comes. */
    TIMER_OFF("RunSequencer", "isOverdue")
    {
        @Override
        MethodVisitor change(final MethodVisitor method)
        {
            return returning(method, Opcodes.ICONST_0, Opcodes.IRETURN);
        }
    },

    /** The part of a record that a crash left is taken for a record. */
    TRUNCATION_IGNORED("io/fragcast/sim/SimDisk", "cutTornTail")
    {
        @Override
        MethodVisitor change(final MethodVisitor method)
        {
            return returning(method, Opcodes.NOP, Opcodes.RETURN);
        }
    },

    /** The place of a message is taken before its signature is looked at. */
    KNOWN_BEFORE_VERIFIED("MessageIntake", "onMessage")
    {
        @Override
        MethodVisitor change(final MethodVisitor method)
        {
            return new MethodVisitor(API, method)
            {
                @Override
                public void visitMethodInsn(
                    final int opcode,
                    final String owner,
                    final String name,
                    final String descriptor,
                    final boolean isInterface)
                {
                    if ("verify".equals(name))
                    {
                        super.visitMethodInsn(
                            Opcodes.INVOKESTATIC,
                            HOOKS,
                            "markThenVerify",
                            descriptor.replace("(", "(L" + owner + ';'),
                            false);
                    }
                    else
                    {
                        super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
                    }
                }
            };
        }
    },

    /** A run that the key of a term far ahead leads astray never comes back. */
    RETREAT_OFF("RunSequencer", "isRetreat")
    {
        @Override
        MethodVisitor change(final MethodVisitor method)
        {
            return returning(method, Opcodes.ICONST_0, Opcodes.IRETURN);
        }
    },

    /** A second message for a place that is taken is a duplicate, whatever it says. */
    CONTRADICTION_UNSEEN("AttemptFrames", "isSame")
    {
        @Override
        MethodVisitor change(final MethodVisitor method)
        {
            return returning(method, Opcodes.ICONST_1, Opcodes.IRETURN);
        }
    },

    /** What is said to all is checked and kept, and passed on to nobody. */
    STATEMENTS_KEPT_BACK("io/fragcast/protocol/peer/Statements", "tell")
    {
        @Override
        MethodVisitor change(final MethodVisitor method)
        {
            return returning(method, Opcodes.ICONST_0, Opcodes.IRETURN);
        }
    },

    /** Whoever signs a plan is taken for the leader. */
    PLANS_UNSIGNED("io/fragcast/protocol/peer/Statements", "isSignedBy")
    {
        @Override
        MethodVisitor change(final MethodVisitor method)
        {
            return returning(method, Opcodes.ICONST_1, Opcodes.IRETURN);
        }

        @Override
        int planDegree()
        {
            return 2;
        }
    },

    /** A parent that has fallen silent stays the parent. */
    SILENT_PARENT_KEPT("io/fragcast/protocol/fanout/Feeders", "isHeard")
    {
        @Override
        MethodVisitor change(final MethodVisitor method)
        {
            return returning(method, Opcodes.ICONST_1, Opcodes.IRETURN);
        }

        @Override
        int planDegree()
        {
            return 2;
        }
    },

    /** Two attempts of one leader at one height are taken for the same. */
    INCARNATION_IGNORED("AttemptTable", "isKey")
    {
        @Override
        MethodVisitor change(final MethodVisitor method)
        {
            return new MethodVisitor(API, method)
            {
                @Override
                public void visitInsn(final int opcode)
                {
                    if (Opcodes.LCMP == opcode && 0 < comparisons++)
                    {
                        super.visitInsn(Opcodes.POP2);
                        super.visitInsn(Opcodes.POP2);
                        super.visitInsn(Opcodes.ICONST_0);
                    }
                    else
                    {
                        super.visitInsn(opcode);
                    }
                }

                /** The first long compared is the block number, the second the incarnation. */
                private int comparisons;
            };
        }
    };

    private static final int API = Opcodes.ASM9;
    private static final String PACKAGE = "io/fragcast/protocol/block/";
    private static final String HOOKS = PACKAGE + "SeededBugHooks";

    private final String className;
    private final String[] methods;
    private int changed;

    SeededBug(final String className, final String... methods)
    {
        this.className = (className.contains("/") ? className : PACKAGE + className).replace('/', '.');
        this.methods = methods;
    }

    abstract MethodVisitor change(MethodVisitor method);

    /** Of the trees that leaders plan in the runs that shall find it; 0: none is planned. */
    int planDegree()
    {
        return 0;
    }

    /** The bytes of a class, with the bug if it belongs there. */
    byte[] apply(final String name, final byte[] bytes)
    {
        if (!className.equals(name))
        {
            return bytes;
        }

        final ClassReader reader = new ClassReader(bytes);
        final ClassWriter writer = new ClassWriter(reader, ClassWriter.COMPUTE_MAXS);
        reader.accept(new ClassVisitor(API, writer)
        {
            @Override
            public MethodVisitor visitMethod(
                final int access,
                final String method,
                final String descriptor,
                final String signature,
                final String[] exceptions)
            {
                final MethodVisitor visitor = super.visitMethod(access, method, descriptor, signature, exceptions);
                for (final String wanted : methods)
                {
                    if (wanted.equals(method))
                    {
                        changed++;
                        return change(visitor);
                    }
                }

                return visitor;
            }
        }, 0);

        return writer.toByteArray();
    }

    /** Was every method found that it changes? */
    boolean isApplied()
    {
        return methods.length == changed;
    }

    /** The method does nothing but return. */
    static MethodVisitor returning(final MethodVisitor method, final int value, final int returnOpcode)
    {
        return new MethodVisitor(API)
        {
            @Override
            public void visitCode()
            {
                method.visitCode();
                method.visitInsn(value);
                method.visitInsn(returnOpcode);
                method.visitMaxs(1, 1);
                method.visitEnd();
            }
        };
    }
}
