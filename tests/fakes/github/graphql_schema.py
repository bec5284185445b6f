"""The part of GitHub's GraphQL schema that the fake answers.

https://github.com/octokit/graphql-schema/blob/main/schema.graphql
"""

SDL = """
scalar Base64String
scalar GitObjectID
scalar GitRefname
scalar URI

type Query { repository(owner: String!, name: String!): Repository }
type Mutation {
  createCommitOnBranch(input: CreateCommitOnBranchInput!): CreateCommitOnBranchPayload
  updateRefs(input: UpdateRefsInput!): UpdateRefsPayload
}

type Repository {
  id: ID!
  ref(qualifiedName: String!): Ref
  pullRequest(number: Int!): PullRequest
  object(expression: String, oid: GitObjectID): GitObject
}

type Ref {
  target: GitObject
  refUpdateRule: RefUpdateRule
  rules(after: String, first: Int, last: Int): RepositoryRuleConnection
}
interface GitObject { oid: GitObjectID! }
type Blob implements GitObject { oid: GitObjectID! isTruncated: Boolean! text: String }
type Tree implements GitObject { oid: GitObjectID! }
type Tag implements GitObject { oid: GitObjectID! }
type TreeEntry { object: GitObject }
type Commit implements GitObject {
  oid: GitObjectID!
  file(path: String!): TreeEntry
  message: String!
  tree: Tree!
  checkSuites(after: String, filterBy: CheckSuiteFilter, first: Int): CheckSuiteConnection
}

input CheckSuiteFilter { appId: Int checkName: String }
type CheckSuiteConnection { nodes: [CheckSuite] pageInfo: PageInfo! totalCount: Int! }
type CheckSuite { checkRuns(after: String, filterBy: CheckRunFilter, first: Int): CheckRunConnection }
enum CheckRunType { ALL LATEST }
input CheckRunFilter { checkName: String checkType: CheckRunType }
type CheckRunConnection { nodes: [CheckRun] pageInfo: PageInfo! totalCount: Int! }
type CheckRun {
  name: String!
  externalId: String
  permalink: URI!
  annotations(after: String, first: Int): CheckAnnotationConnection
}
type CheckAnnotationConnection { pageInfo: PageInfo! totalCount: Int! }

type RefUpdateRule {
  requiredApprovingReviewCount: Int
  requiredStatusCheckContexts: [String]
}
type RepositoryRuleConnection { nodes: [RepositoryRule] }
type RepositoryRule { type: RepositoryRuleType! }
enum RepositoryRuleType {
  CREATION
  DELETION
  MERGE_QUEUE
  NON_FAST_FORWARD
  PULL_REQUEST
  REQUIRED_LINEAR_HISTORY
  REQUIRED_SIGNATURES
  REQUIRED_STATUS_CHECKS
  REQUIRED_WORKFLOW_STATUS_CHECKS
  UPDATE
  WORKFLOWS
}

enum PullRequestState { OPEN CLOSED MERGED }
type PullRequest {
  state: PullRequestState!
  locked: Boolean!
  headRefOid: GitObjectID!
  comments(after: String, first: Int): IssueCommentConnection!
}
type PageInfo { hasNextPage: Boolean! endCursor: String }
type IssueCommentConnection { nodes: [IssueComment] pageInfo: PageInfo! }
type IssueComment {
  body: String!
  viewerDidAuthor: Boolean!
  url: URI!
}

input CommittableBranch { branchName: String id: ID repositoryNameWithOwner: String }
input CommitMessage { body: String headline: String! }
input FileAddition { contents: Base64String! path: String! }
input FileDeletion { path: String! }
input FileChanges { additions: [FileAddition!] = [] deletions: [FileDeletion!] = [] }
input CreateCommitOnBranchInput {
  branch: CommittableBranch!
  clientMutationId: String
  expectedHeadOid: GitObjectID!
  fileChanges: FileChanges
  message: CommitMessage!
}
type CreateCommitOnBranchPayload { clientMutationId: String commit: Commit ref: Ref }

input RefUpdate { name: GitRefname! afterOid: GitObjectID! beforeOid: GitObjectID force: Boolean = false }
input UpdateRefsInput { repositoryId: ID! refUpdates: [RefUpdate!]! clientMutationId: String }
type UpdateRefsPayload { clientMutationId: String }
"""
